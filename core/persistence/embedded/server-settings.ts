/**
 * Settings for loading in bulk with durability intact: fsync, synchronous_commit and full_page_writes stay on. They are
 * given at every start and not written into the data folder, so that a later release can change them.
 */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  // Nobody replicates from here, and COPY into a table of the same transaction then writes no log (the first load).
  wal_level: 'minimal',
  max_wal_senders: '0',
  // A checkpoint in mid-load writes every touched page whole once more: make them rare.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  max_connections: '100',
  shared_buffers: '256MB',
  // Merges sort and hash a staged batch; a first load builds its key at the end.
  work_mem: '32MB',
  maintenance_work_mem: '256MB',
  // Its shared hash table lies in /dev/shm, which containers limit to 64 MB.
  enable_parallel_hash: 'off',
  // Compiling costs more than it saves on statements of a second.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements and errors quote values of records; the log holds the life of the server and nothing else.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_line_prefix: '%m [%p] ',
};

export interface ServerAddress {
  readonly port: number;
  /** Folder of the Unix socket; empty where its path would be too long for one. */
  readonly socketDir: string;
}

export function serverArguments(data: string, address: ServerAddress): string[] {
  const settings = {
    ...SERVER_SETTINGS,
    listen_addresses: '127.0.0.1',
    port: String(address.port),
    unix_socket_directories: address.socketDir,
    unix_socket_permissions: '0700',
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
