import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where `.ci/run` puts moto, a simulator of AWS that others keep. */
export const MOTO = fileURLToPath(new URL('../../node_modules/.cache/moto/bin/moto_server', import.meta.url));

/** Where it answers, once it says so. */
export async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    said.push(line);
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address !== undefined) {
      output.resume();
      return address;
    }
  }
  throw new Error(`moto did not start: ${said.join(' | ')}`);
}
