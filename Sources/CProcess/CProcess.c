#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int limit(int resource, uint64_t value, uint64_t grace) {
    struct rlimit limits;
    if (getrlimit(resource, &limits) < 0) return -1;
    if (limits.rlim_max == RLIM_INFINITY || limits.rlim_max > value + grace) limits.rlim_max = value + grace;
    limits.rlim_cur = limits.rlim_max < value ? limits.rlim_max : value;
    return setrlimit(resource, &limits);
}

static void close_from(int first) {
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
    long highest = sysconf(_SC_OPEN_MAX);
    for (long descriptor = first; descriptor < (highest > 0 ? highest : 1024); descriptor++) close((int)descriptor);
}

static void become(const char *path, char *const arguments[], char *const environment[], const struct zvonar_limits *limits,
                   int output, int errors, int report, pid_t parent) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 32; number++) sigaction(number, &usual, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    int nothing = open("/dev/null", O_RDONLY);
    // Far above 0 to 2 first, or one of these could be overwritten before it is moved.
    output = fcntl(output, F_DUPFD, 10);
    errors = fcntl(errors, F_DUPFD, 10);
    report = fcntl(report, F_DUPFD_CLOEXEC, 10);
    if (nothing < 0 || output < 0 || errors < 0 || report < 0) goto failed;
    if (dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0 || dup2(report, 3) < 0) goto failed;
    report = 3;
    if (fcntl(report, F_SETFD, FD_CLOEXEC) < 0) goto failed;
    close_from(4);

    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) goto failed;
    if (getppid() != parent) _exit(127);
    // With a second of grace the limit sends SIGXCPU, and a SIGKILL is somebody else's.
    if (limit(RLIMIT_CPU, limits->cpu_seconds, 1) < 0 || limit(RLIMIT_AS, limits->memory_bytes, 0) < 0
        || limit(RLIMIT_FSIZE, limits->file_bytes, 0) < 0 || limit(RLIMIT_CORE, 0, 0) < 0 || limit(RLIMIT_NOFILE, 64, 0) < 0) goto failed;
    execve(path, arguments, environment);
failed: {
        int code = errno;
        ssize_t written = write(report, &code, sizeof code);
        (void)written;
        _exit(127);
    }
}

int zvonar_spawn(const char *path, char *const arguments[], char *const environment[], const struct zvonar_limits *limits,
                 int output, int errors, pid_t *child) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) return -errno;
    pid_t parent = getpid();
    // No handler of ours may run in the copy.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t made = fork();
    if (made == 0) become(path, arguments, environment, limits, output, errors, report[1], parent);
    int code = made < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (made > 0) {
        ssize_t got;
        do got = read(report[0], &code, sizeof code); while (got < 0 && errno == EINTR);
        if (got <= 0) code = 0;
        if (code != 0) zvonar_reap(made);
    }
    close(report[0]);
    *child = made;
    return -code;
}

int zvonar_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
}

int zvonar_has_ended(pid_t child) {
    siginfo_t found = {0};
    if (waitid(P_PID, (id_t)child, &found, WEXITED | WNOHANG | WNOWAIT) < 0) return errno == EINTR ? 0 : -errno;
    return found.si_pid == child;
}

int zvonar_reap(pid_t child) {
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -SIGKILL;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
