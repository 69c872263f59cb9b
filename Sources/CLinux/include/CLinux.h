// The Linux calls that Swift's Glibc module does not offer. Each returns what the kernel returns; errno is read through clinux_errno.
#ifndef LOUVER_CLINUX_H
#define LOUVER_CLINUX_H
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

int clinux_accept4(int listener, void *address, uint32_t *length);
int clinux_set_thread_name(const char *name);
int clinux_pin_thread(int core);
int clinux_core_count(void);
int clinux_random(void *into, size_t count);
int clinux_disable_core_dump(void);
int clinux_no_new_privileges(void);
int clinux_adopt(int descriptor);
int clinux_duplicate(int descriptor);
int clinux_trim_heap(void);
int clinux_start_successor(char *const arguments[], const int *sockets, int count);
long clinux_find(const void *haystack, size_t length, const void *needle, size_t needle_length);
#endif
