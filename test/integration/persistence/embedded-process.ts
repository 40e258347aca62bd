// Opens the embedded database of a home, tells how, and stops when it is told to (or lives until it is killed).
import { createInterface } from 'node:readline';
import { openEmbedded } from '../../../core/persistence/embedded/index.js';

const say = (value: unknown): void => console.log(JSON.stringify(value));

try {
  const server = await openEmbedded({ home: process.argv[2], log: (text) => say({ log: text }) });
  say({ owned: server.owned, pid: server.pid, url: server.adminUrl, uid: process.getuid!() });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'stop') {
      await server.stop();
      break;
    }
    if (line === 'leave') break;
  }
  process.stdin.destroy();
} catch (error) {
  const { kind, message } = error as Error & { kind?: string };
  say({ kind, message });
}
