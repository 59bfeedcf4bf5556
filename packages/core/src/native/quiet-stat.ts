/**
 * How a socket is looked at with fstat(2) and lstat(2). Node before 24 keeps the numbers of the last such call in one
 * array, and as long as that tells of a socket, its `realpath` takes no symbolic link out of a path that it has seen
 * before: modules that are loaded next, the handler's among them, are loaded a second time, under another name. Big
 * integers are kept elsewhere.
 */
export const QUIETLY = { bigint: true } as const;
