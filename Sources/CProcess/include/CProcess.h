#ifndef ZVONAR_PROCESS_H
#define ZVONAR_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

// Limits must be set between fork and exec, where only async-signal-safe functions may be called: that is no place for Swift.

struct zvonar_limits {
    uint64_t cpu_seconds;
    uint64_t memory_bytes;
    uint64_t file_bytes;
};

/// Starts a program in a process group of its own, with nothing on standard input and no other descriptor of ours.
/// It is killed when the thread that called this ends. 0 or -errno, of exec too.
int zvonar_spawn(const char *path, char *const arguments[], char *const environment[], const struct zvonar_limits *limits,
                 int output, int errors, pid_t *child);

/// A pipe whose ends no child inherits. 0 or -errno.
int zvonar_pipe(int ends[2]);

/// 1 when the child has ended (it stays a zombie, so its number is not taken by another), 0 when not, or -errno.
int zvonar_has_ended(pid_t child);

/// Kills whatever is left of the group and takes the child's status: its exit code, or -(signal).
int zvonar_reap(pid_t child);

#endif
