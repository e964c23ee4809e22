/* A disk that is watched, that fails, or in the middle of whose work the process is killed.
 *
 * Put before a program by LD_PRELOAD (watched_disk.py). Each call that changes a file in one
 * folder, or asks for it to be kept, is counted: one count for all threads, in the order in which
 * they happen, for no two of them overlap here.
 *
 *     DISK_FOLDER   the folder, with its real path
 *     DISK_KILL     N: the process is gone before its N-th call
 *     DISK_FAIL     CALLS:ERRNO:FROM:COUNT: so many calls of these kinds fail, from the FROM-th on
 *     DISK_TRACE    a file that gets every call, and whatever leaves by a socket, in order
 *     DISK_COUNT    a file that gets the number of calls, and of those of the kinds of DISK_FAIL,
 *                   when the process ends by itself
 *
 * Kinds of calls: w(rite) s(ync) n(ames: create, rename, delete, mkdir) t(runcate) r(ead).
 * Reads are counted apart: only where they are to fail.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char folder[4096], failing[16];
static size_t folder_size;
static long calls, kill_at, chosen, fail_from, fail_count;
static int fail_with, trace = -1;

#define REAL(result, name, ...)                                                                    \
    static result (*real)(__VA_ARGS__);                                                            \
    if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t put(int to, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(to, data, size);
}

/* Once when the program starts; and again by whoever forked it and set other variables. */
__attribute__((constructor)) void watch_disk(void) {
    const char *told = getenv("DISK_FOLDER");
    if (!told || !*told) return;
    snprintf(folder, sizeof folder, "%s", told);
    folder_size = strlen(folder);
    if ((told = getenv("DISK_KILL"))) kill_at = atol(told);
    if ((told = getenv("DISK_FAIL")))
        sscanf(told, "%15[a-z]:%d:%ld:%ld", failing, &fail_with, &fail_from, &fail_count);
    if ((told = getenv("DISK_TRACE")) && *told)
        trace = open(told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* When it ends; a fork that skips destructors calls it. */
__attribute__((destructor)) void tell_calls(void) {
    const char *told = getenv("DISK_COUNT");
    if (!folder_size || !told || !*told) return;
    int to = open(told, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dprintf(to, "%ld %ld\n", calls, chosen);
    close(to);
}

/* The name inside the folder, empty for the folder itself; NULL for what lies elsewhere. */
static const char *inside(const char *path) {
    if (strncmp(path, folder, folder_size)) return NULL;
    if (!path[folder_size]) return path + folder_size;
    return path[folder_size] == '/' ? path + folder_size + 1 : NULL;
}

static const char *name_of(int file, char *path, size_t size) {
    char link[64];
    if (!folder_size) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return inside(path);
}

static const char *named(int at, const char *path, char *whole, size_t size) {
    if (!folder_size) return NULL;
    if (path[0] == '/') return inside(path);
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t length = at == AT_FDCWD ? readlink("/proc/self/cwd", whole, size - 1)
                                    : readlink(link, whole, size - 1);
    if (length < 0) return NULL;
    snprintf(whole + length, size - length, "/%s", path);
    return inside(whole);
}

/* Count a call that is about to happen: 0, or the error that it ends with instead. */
static int counted(char kind) {
    if (kind != 'r' && ++calls == kill_at) kill(getpid(), SIGKILL), pause();
    if (!strchr(failing, kind)) return 0;
    chosen++;
    return chosen >= fail_from && chosen < fail_from + fail_count ? fail_with : 0;
}

/* KIND NAME OFFSET SIZE, a line, and then the bytes. */
static void say(const char *kind, const char *name, long offset, const void *data, size_t size) {
    if (trace < 0) return;
    char line[4400];
    int length = snprintf(line, sizeof line, "%s %s %ld %zu\n", kind, *name ? name : ".", offset, size);
    put(trace, line, length);
    if (size) put(trace, data, size);
}

#define WITHIN(kind, name, does, says)                                                             \
    pthread_mutex_lock(&order);                                                                    \
    int error = counted(kind);                                                                     \
    __typeof__(does) result = -1;                                                                  \
    if (error) { say("failed", name, 0, "", 0); errno = error; }                                   \
    else if ((result = (does)) >= 0) { int kept = errno; says; errno = kept; }                     \
    pthread_mutex_unlock(&order);                                                                  \
    return result

static int is_socket(int file) {
    struct stat about;
    return folder_size && trace >= 0 && !fstat(file, &about) && S_ISSOCK(about.st_mode);
}

/* What leaves by a socket, after all that happened before it. */
#define LEAVES(does, says)                                                                         \
    pthread_mutex_lock(&order);                                                                    \
    ssize_t left = (does);                                                                         \
    if (left > 0) { int kept = errno; says; errno = kept; }                                        \
    pthread_mutex_unlock(&order);                                                                  \
    return left

static void say_pieces(int file, const struct iovec *pieces, int count, size_t size) {
    char name[32];
    snprintf(name, sizeof name, "%d", file);
    for (int at = 0; at < count && size; at++) {
        size_t part = pieces[at].iov_len < size ? pieces[at].iov_len : size;
        say("mark", name, 0, pieces[at].iov_base, part);
        size -= part;
    }
}

#define ONE(data, size) (&(struct iovec){(void *)(data), (size)}), 1

ssize_t write(int file, const void *data, size_t size) {
    char path[4200];
    const char *name = name_of(file, path, sizeof path);
    if (name && file != trace) {
        WITHIN('w', name, put(file, data, size),
               say("write", name, lseek(file, 0, SEEK_CUR) - result, data, result));
    }
    if (!is_socket(file)) return put(file, data, size);
    LEAVES(put(file, data, size), say_pieces(file, ONE(data, size), left));
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (!is_socket(file)) return real(file, pieces, count);
    LEAVES(real(file, pieces, count), say_pieces(file, pieces, count, left));
}

ssize_t send(int file, const void *data, size_t size, int flags) {
    REAL(ssize_t, "send", int, const void *, size_t, int);
    if (!is_socket(file)) return real(file, data, size, flags);
    LEAVES(real(file, data, size, flags), say_pieces(file, ONE(data, size), left));
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
    REAL(ssize_t, "sendmsg", int, const struct msghdr *, int);
    if (!is_socket(file)) return real(file, message, flags);
    LEAVES(real(file, message, flags),
           say_pieces(file, message->msg_iov, message->msg_iovlen, left));
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    char path[4200];
    const char *name = name_of(file, path, sizeof path);
    if (!name) return real(file, data, size, offset);
    WITHIN('w', name, real(file, data, size, offset), say("write", name, offset, data, result));
}
ssize_t pwrite(int file, const void *data, size_t size, off_t offset) {
    return pwrite64(file, data, size, offset);
}

ssize_t pread64(int file, void *data, size_t size, off64_t offset) {
    REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
    char path[4200];
    const char *name = strchr(failing, 'r') ? name_of(file, path, sizeof path) : NULL;
    if (!name) return real(file, data, size, offset);
    WITHIN('r', name, real(file, data, size, offset), (void)0);
}
ssize_t pread(int file, void *data, size_t size, off_t offset) {
    return pread64(file, data, size, offset);
}

#define SYNC(call)                                                                                 \
    int call(int file) {                                                                           \
        REAL(int, #call, int);                                                                     \
        char path[4200];                                                                           \
        const char *name = name_of(file, path, sizeof path);                                       \
        if (!name) return real(file);                                                              \
        WITHIN('s', name, real(file), say("sync", name, 0, "", 0));                                \
    }
SYNC(fsync)
SYNC(fdatasync)

int ftruncate64(int file, off64_t size) {
    REAL(int, "ftruncate64", int, off64_t);
    char path[4200];
    const char *name = name_of(file, path, sizeof path);
    if (!name) return real(file, size);
    WITHIN('t', name, real(file, size), say("truncate", name, size, "", 0));
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

/* A file that is not there is made, and made empty: O_TRUNC of one that is counts as well. */
static int opened(int at, const char *path, int flags, mode_t mode) {
    REAL(int, "openat", int, const char *, int, ...);
    char whole[4200];
    const char *name = flags & O_CREAT ? named(at, path, whole, sizeof whole) : NULL;
    if (!name || (!(flags & O_TRUNC) && !faccessat(at, path, F_OK, 0)))
        return real(at, path, flags, mode);
    WITHIN('n', name, real(at, path, flags, mode),
           (say("create", name, 0, "", 0), flags & O_TRUNC ? say("truncate", name, 0, "", 0) : (void)0));
}

#define MODE(after)                                                                                \
    mode_t mode = 0;                                                                               \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                           \
        va_list more;                                                                              \
        va_start(more, after);                                                                     \
        mode = va_arg(more, mode_t);                                                               \
        va_end(more);                                                                              \
    }
int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }

int unlinkat(int at, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    char whole[4200];
    const char *name = named(at, path, whole, sizeof whole);
    if (!name) return real(at, path, flags);
    WITHIN('n', name, real(at, path, flags), say("delete", name, 0, "", 0));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int renameat(int from, const char *old, int to, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    char before[4200], after[4200];
    const char *was = named(from, old, before, sizeof before);
    const char *is = named(to, new, after, sizeof after);
    if (!was || !is) return real(from, old, to, new);
    WITHIN('n', is, real(from, old, to, new), say("rename", is, 0, was, strlen(was)));
}
int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }

int mkdirat(int at, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    char whole[4200];
    const char *name = named(at, path, whole, sizeof whole);
    if (!name || !*name) return real(at, path, mode);
    WITHIN('n', name, real(at, path, mode), say("folder", name, 0, "", 0));
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
