// Opens the store at a url, begins a run of a connection, and lives until it is killed.
import { openStore } from '../../../core/persistence/store.js';

try {
  const store = await openStore(process.argv[2]);
  const id = `run of ${process.pid}`;
  await store.runs.begin({
    id,
    connection: process.argv[3] as string,
    trigger: 'manual',
    startedAt: new Date().toISOString(),
  });
  console.log(JSON.stringify({ id }));
  process.stdin.resume();
} catch (error) {
  const { kind, message } = error as Error & { kind?: string };
  console.log(JSON.stringify({ kind, message }));
}
