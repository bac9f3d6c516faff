#include "CEpoll.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

int zvonar_epoll_create(void) {
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int zvonar_epoll_set(int epoll, int descriptor, int interest, int again) {
    struct epoll_event event = {0};
    event.data.fd = descriptor;
    if (interest & ZVONAR_READABLE) event.events |= EPOLLIN;
    if (interest & ZVONAR_WRITABLE) event.events |= EPOLLOUT;
    int operation = interest == 0 ? EPOLL_CTL_DEL : again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

int zvonar_epoll_wait(int epoll, struct zvonar_event *events, int capacity, int milliseconds) {
    struct epoll_event found[64];
    if (capacity > 64) capacity = 64;
    int count = epoll_wait(epoll, found, capacity, milliseconds);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) {
        events[i].descriptor = found[i].data.fd;
        events[i].readiness = (found[i].events & EPOLLIN ? ZVONAR_READABLE : 0)
                            | (found[i].events & EPOLLOUT ? ZVONAR_WRITABLE : 0)
                            | (found[i].events & (EPOLLERR | EPOLLHUP) ? ZVONAR_BROKEN : 0);
    }
    return count;
}

int zvonar_eventfd_create(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

void zvonar_eventfd_raise(int descriptor) {
    uint64_t one = 1;
    // A full counter means a wake-up is already pending, so a short write loses nothing.
    ssize_t written = write(descriptor, &one, sizeof one);
    (void)written;
}

void zvonar_eventfd_clear(int descriptor) {
    uint64_t value;
    ssize_t got = read(descriptor, &value, sizeof value);
    (void)got;
}
