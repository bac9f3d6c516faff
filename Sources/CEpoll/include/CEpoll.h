#ifndef ZVONAR_EPOLL_H
#define ZVONAR_EPOLL_H

#include <stdint.h>

// epoll's constants are macros and its event is a packed union, neither of which Swift imports.

enum {
    ZVONAR_READABLE = 1,
    ZVONAR_WRITABLE = 2,
    ZVONAR_BROKEN = 4,
};

struct zvonar_event {
    int32_t descriptor;
    int32_t readiness;
};

/// A new epoll instance, or -errno.
int zvonar_epoll_create(void);
/// Watches, changes (when `again` is not 0) or, with interest 0, stops watching a descriptor. 0 or -errno.
int zvonar_epoll_set(int epoll, int descriptor, int interest, int again);
/// Waits up to `milliseconds` (-1: for ever) and fills `events`. The count, or -errno.
int zvonar_epoll_wait(int epoll, struct zvonar_event *events, int capacity, int milliseconds);
/// A new non-blocking event counter, or -errno.
int zvonar_eventfd_create(void);
void zvonar_eventfd_raise(int descriptor);
void zvonar_eventfd_clear(int descriptor);

#endif
