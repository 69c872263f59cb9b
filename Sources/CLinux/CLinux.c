#define _GNU_SOURCE
#include "CLinux.h"
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

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

int clinux_trim_heap(void) { return malloc_trim(0); }

static int is_ours(const char *variable) {
    static const char *const names[] = {"LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=", "WATCHDOG_PID=", "LOUVER_PREDECESSOR="};
    for (size_t at = 0; at < sizeof names / sizeof *names; at++)
        if (strncmp(variable, names[at], strlen(names[at])) == 0) return 1;
    return 0;
}

// Starts arguments[0] with the sockets at descriptors 3 and up, as sd_listen_fds(3) has it, and with the environment of this process. Between
// fork and exec only calls that are safe there: this process has threads.
int clinux_start_successor(char *const arguments[], const int *sockets, int count) {
    char process[32] = "LISTEN_PID=", descriptors[32], predecessor[48];
    size_t variables = 0, kept = 0;
    while (environ[variables]) variables++;
    if (count > 256) return -1;
    char **environment = calloc(variables + 4, sizeof *environment);
    if (!environment) return -1;
    for (size_t at = 0; at < variables; at++)
        if (!is_ours(environ[at])) environment[kept++] = environ[at];
    snprintf(descriptors, sizeof descriptors, "LISTEN_FDS=%d", count);
    snprintf(predecessor, sizeof predecessor, "LOUVER_PREDECESSOR=%d", (int)getpid());
    environment[kept++] = process;
    environment[kept++] = descriptors;
    environment[kept++] = predecessor;
    pid_t child = fork();
    if (child == 0) {
        char digits[16];
        int length = 0;
        size_t end = strlen(process);
        for (long rest = getpid(); rest > 0; rest /= 10) digits[length++] = (char)('0' + rest % 10);
        while (length > 0) process[end++] = digits[--length];
        // First out of the way, so that no socket is overwritten by another; then into place, where they stay open.
        int moved[256];
        for (int at = 0; at < count; at++)
            if ((moved[at] = fcntl(sockets[at], F_DUPFD_CLOEXEC, 3 + count)) < 0) _exit(127);
        for (int at = 0; at < count; at++)
            if (dup2(moved[at], 3 + at) < 0) _exit(127);
        execvpe(arguments[0], arguments, environment);
        _exit(127);
    }
    free(environment);
    return child;
}
