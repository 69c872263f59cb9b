#define _GNU_SOURCE
#include "CLinux.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>

int clinux_accept4(int listener, void *address, uint32_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_set_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }

int clinux_pin_thread(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// The cores this process may run on: a container's cpuset counts, the machine's size does not.
int clinux_core_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count;
}

int clinux_random(void *into, size_t count) {
    unsigned char *at = into;
    while (count > 0) {
        ssize_t got = getrandom(at, count, 0);
        if (got < 0) return -1;
        at += got;
        count -= (size_t)got;
    }
    return 0;
}

int clinux_disable_core_dump(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int clinux_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

// fcntl takes a variable argument list, which Swift cannot call.
int clinux_adopt(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -1;
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

int clinux_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 3); }

long clinux_find(const void *haystack, size_t length, const void *needle, size_t needle_length) {
    const char *hit = memmem(haystack, length, needle, needle_length);
    return hit ? hit - (const char *)haystack : -1;
}
