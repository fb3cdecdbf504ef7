/*
 * A library for LD_PRELOAD on 64-bit Linux. It records the file operations of a process below one folder, in the order in which they took
 * effect. It also records the head of each HTTP response with a 2xx status that the process sends. The possible states of the disk after a power
 * cut at any moment follow from the record.
 *
 * RECORD_ROOT is the folder (absolute, without symbolic links). RECORD_LOG is the file to which the record is appended. When the record has reached
 * RECORD_LIMIT bytes, the process kills itself with SIGKILL in the next sync of a write-ahead log. The log then contains commits that no sync has
 * covered. The value 0 means no limit.
 *
 * One lock is held during each call and the writing of its entry. A sync has two entries and runs without the lock. It covers the entries before
 * its first entry, and has taken effect at its second. A response is recorded before it is sent.
 *
 * The record replaces the disk. A sync therefore only waits for a while, during which other threads continue.
 *
 * Only calls that the program uses are wrapped. A test replays the record and compares the result with the files, so a missing call is detected.
 * SQLite's -shm files are left out, because they are written through memory and rebuilt after a crash.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE = 1, TRUNCATE, CREATE, MKDIR, RENAME, UNLINK, SYNC_BEGIN, SYNC_END, RESPONSE };

/* In native byte order. It is followed by name_length bytes of a path below the root and data_length bytes of data. */
struct entry {
	uint32_t kind;
	uint32_t thread;
	uint64_t position; /* offset of a write; new size of a truncation */
	uint32_t name_length;
	uint32_t data_length; /* the data of a rename is its new path */
};

#define RESPONSE_HEAD 1024
#define SYNC_MICROSECONDS 2000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static uint64_t log_size, log_limit;
static char root[PATH_MAX];
static size_t root_length;

static void fail(const char *what) {
	dprintf(2, "recorder: %s: %s\n", what, strerror(errno));
	abort();
}

__attribute__((constructor)) static void start(void) {
	const char *folder = getenv("RECORD_ROOT"), *file = getenv("RECORD_LOG"), *limit = getenv("RECORD_LIMIT");
	struct stat status;
	if (!folder || !file) return;
	root_length = (size_t)snprintf(root, sizeof root, "%s", folder);
	log_limit = limit ? strtoull(limit, NULL, 10) : 0;
	log_file = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (log_file < 0 || fstat(log_file, &status) < 0) fail(file);
	log_size = (uint64_t)status.st_size;
}

static void begin(void) { pthread_mutex_lock(&lock); }

static void end(void) {
	int cause = errno;
	pthread_mutex_unlock(&lock);
	errno = cause;
}

static void record(enum kind kind, const char *name, uint64_t position, const void *data, size_t data_length) {
	size_t name_length = strlen(name);
	struct entry entry = {kind, (uint32_t)syscall(SYS_gettid), position, (uint32_t)name_length, (uint32_t)data_length};
	struct iovec parts[] = {{&entry, sizeof entry}, {(void *)name, name_length}, {(void *)data, data_length}};
	long size = (long)(sizeof entry + name_length + data_length);
	if (syscall(SYS_writev, log_file, parts, 3) != size) fail("the record cannot be written");
	log_size += (uint64_t)size;
}

static int ends_with(const char *text, const char *end) {
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Returns the part of a path below the root ("" for the root itself), or NULL for a path that is not recorded. */
static const char *below_root(const char *path) {
	if (log_file < 0 || strncmp(path, root, root_length) != 0 || ends_with(path, "-shm")) return NULL;
	if (path[root_length] == 0) return path + root_length;
	return path[root_length] == '/' ? path + root_length + 1 : NULL;
}

static const char *name_of(int file, char path[PATH_MAX]) {
	char link[32];
	ssize_t length;
	if (log_file < 0) return NULL;
	snprintf(link, sizeof link, "/proc/self/fd/%d", file);
	length = readlink(link, path, PATH_MAX - 1);
	if (length < 0) return NULL;
	path[length] = 0;
	return below_root(path);
}

static void record_response(const char *head, size_t length) {
	if (log_file < 0 || length < 10 || memcmp(head, "HTTP/1.1 2", 10) != 0) return;
	begin();
	record(RESPONSE, "", 0, head, length < RESPONSE_HEAD ? length : RESPONSE_HEAD);
	end();
}

/* Opening */

static int open_at(int folder, const char *path, int flags, mode_t mode) {
	char buffer[PATH_MAX];
	const char *name;
	int file, existed;
	if (log_file < 0 || !(flags & (O_CREAT | O_TRUNC))) return (int)syscall(SYS_openat, folder, path, flags, mode);
	begin();
	existed = faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	file = (int)syscall(SYS_openat, folder, path, flags, mode);
	name = file < 0 ? NULL : name_of(file, buffer);
	if (name && !existed) record(CREATE, name, 0, NULL, 0);
	else if (name && (flags & O_TRUNC)) record(TRUNCATE, name, 0, NULL, 0);
	end();
	return file;
}

#define OPEN_AT(folder)                                               \
	mode_t mode = 0;                                                    \
	va_list rest;                                                       \
	va_start(rest, flags);                                              \
	if (flags & (O_CREAT | O_TMPFILE)) mode = va_arg(rest, mode_t);     \
	va_end(rest);                                                       \
	return open_at(folder, path, flags, mode)

int open(const char *path, int flags, ...) { OPEN_AT(AT_FDCWD); }
int open64(const char *path, int flags, ...) { OPEN_AT(AT_FDCWD); }
int openat(int folder, const char *path, int flags, ...) { OPEN_AT(folder); }
int openat64(int folder, const char *path, int flags, ...) { OPEN_AT(folder); }

/* Writing */

#define HERE (-1) /* at the current position of the file */

static ssize_t real_write(int file, const struct iovec *parts, int count, off_t at) {
	return at == HERE ? syscall(SYS_writev, file, parts, count) : syscall(SYS_pwritev, file, parts, count, at, 0);
}

static off_t position_of(int file) {
	struct stat status;
	if (!(fcntl(file, F_GETFL) & O_APPEND)) return lseek(file, 0, SEEK_CUR);
	return fstat(file, &status) == 0 ? status.st_size : HERE;
}

static ssize_t write_parts(int file, const struct iovec *parts, int count, off_t at) {
	char buffer[PATH_MAX];
	const char *name = name_of(file, buffer);
	ssize_t written;
	size_t left;
	if (!name) {
		if (at == HERE && count > 0) record_response(parts->iov_base, parts->iov_len);
		return real_write(file, parts, count, at);
	}
	begin();
	off_t position = at == HERE ? position_of(file) : at;
	written = real_write(file, parts, count, at);
	for (left = written > 0 ? (size_t)written : 0; left > 0; parts++) {
		size_t length = parts->iov_len < left ? parts->iov_len : left;
		record(WRITE, name, (uint64_t)position, parts->iov_base, length);
		position += (off_t)length;
		left -= length;
	}
	end();
	return written;
}

static ssize_t write_one(int file, const void *data, size_t length, off_t at) {
	struct iovec part = {(void *)data, length};
	return write_parts(file, &part, 1, at);
}

ssize_t write(int file, const void *data, size_t length) { return write_one(file, data, length, HERE); }
ssize_t writev(int file, const struct iovec *parts, int count) { return write_parts(file, parts, count, HERE); }
ssize_t pwrite(int file, const void *data, size_t length, off_t at) { return write_one(file, data, length, at); }
ssize_t pwrite64(int file, const void *data, size_t length, off64_t at) { return write_one(file, data, length, at); }
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) { return write_parts(file, parts, count, at); }
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) { return write_parts(file, parts, count, at); }

/* Sizes, syncs, folders */

/* Makes a system call and records that it succeeded. */
#define CALL_AND_RECORD(call, kind, name, position, data, data_length)          \
	long result;                                                                  \
	if (!(name)) return (int)(call);                                              \
	begin();                                                                      \
	result = (call);                                                              \
	if (result == 0) record(kind, name, position, data, data_length);             \
	end();                                                                        \
	return (int)result

int ftruncate64(int file, off64_t size) {
	char buffer[PATH_MAX];
	const char *name = name_of(file, buffer);
	CALL_AND_RECORD(syscall(SYS_ftruncate, file, size), TRUNCATE, name, (uint64_t)size, NULL, 0);
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int mkdir(const char *path, mode_t mode) {
	const char *name = below_root(path);
	CALL_AND_RECORD(syscall(SYS_mkdirat, AT_FDCWD, path, mode), MKDIR, name, 0, NULL, 0);
}

int unlink(const char *path) {
	const char *name = below_root(path);
	CALL_AND_RECORD(syscall(SYS_unlinkat, AT_FDCWD, path, 0), UNLINK, name, 0, NULL, 0);
}

int rename(const char *from, const char *to) {
	const char *name = below_root(from), *new_name = below_root(to);
	if (!new_name) name = NULL;
	CALL_AND_RECORD(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0), RENAME, name, 0, new_name, strlen(new_name));
}

static int sync_file(int file, long call) {
	char buffer[PATH_MAX];
	const char *name = name_of(file, buffer);
	if (!name) return (int)syscall(call, file);
	begin();
	record(SYNC_BEGIN, name, 0, NULL, 0);
	end();
	usleep(SYNC_MICROSECONDS);
	begin();
	if (log_limit > 0 && log_size >= log_limit && ends_with(name, "-wal")) {
		kill(getpid(), SIGKILL);
		for (;;) pause();
	}
	record(SYNC_END, name, 0, NULL, 0);
	end();
	return 0;
}

int fsync(int file) { return sync_file(file, SYS_fsync); }
int fdatasync(int file) { return sync_file(file, SYS_fdatasync); }
