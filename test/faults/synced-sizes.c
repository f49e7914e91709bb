/*
 * For LD_PRELOAD: appends "<inode> <bytes>" to the file named by SYNCED_SIZES whenever fsync or fdatasync of a regular
 * file has succeeded. The size is taken before the call: what is written during it may or may not be on the disk.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int journal(void) {
  static int opened = -1;
  if (opened < 0) opened = open(getenv("SYNCED_SIZES"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  return opened;
}

static int noted(long call, int file) {
  struct stat before;
  int isRegular = fstat(file, &before) == 0 && S_ISREG(before.st_mode);
  int result = syscall(call, file);
  if (result == 0 && isRegular) dprintf(journal(), "%lu %lld\n", (unsigned long)before.st_ino, (long long)before.st_size);
  return result;
}

int fdatasync(int file) { return noted(SYS_fdatasync, file); }
int fsync(int file) { return noted(SYS_fsync, file); }
