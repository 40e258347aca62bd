import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks a host on a connection of its own; nothing is followed or kept. */
export async function open(url: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<IncomingMessage> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const asking = request(url, { method, headers: { ...headers, ...length }, agent: false }).end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return response;
}

export async function ask(url: string, asking: Asking = {}): Promise<Answer> {
  const response = await open(url, asking);
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

export interface ServerEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: any;
}

/** The events of a `text/event-stream` as they come. */
export async function* serverEvents(response: IncomingMessage): AsyncGenerator<ServerEvent> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => /^([a-z]*): (.*)$/s.exec(line)!.slice(1, 3)));
      if (fields['event'] !== undefined) yield { ...fields, data: JSON.parse(fields['data']) } as ServerEvent;
    }
  }
}
