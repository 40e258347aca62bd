import type { Command } from 'commander';
import { requestForm } from '../../api/forms.js';
import { ConnectorError } from '../../sdk/index.js';
import type { RequestRecord } from '../../scheduler/request-store.js';
import type { Installation } from '../installation.js';
import { table } from './output.js';
import { wholeNumber } from './runs.js';
import { does } from './verb.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function requestsVerb(program: Command): void {
  const group = program.command('requests').description('the runs that schedules and people ask for');

  const list = group
    .command('list')
    .description('what waits, runs and has ended, the latest first')
    .argument('[connection]')
    .option('--open', 'only what waits')
    .option('--limit <n>', 'how many', wholeNumber, 20);
  does<{ open?: boolean; limit: number }>(list, async ({ installation, output }, [connection], { open, limit }) => {
    const { configuration, store } = await installation();
    if (connection !== undefined) configuration.connection(connection);
    const found = await (
      await store()
    ).requests.list({
      limit,
      ...(connection === undefined ? {} : { connection }),
      ...(open === true ? { state: 'queued' } : {}),
    });
    output.data('tributary.requests/1', found.map(requestForm), () =>
      found.length === 0
        ? 'no requests'
        : table(
            ['request', 'connection', 'trigger', 'state', 'not before', 'attempt', 'why'],
            found.map(({ id, connection: name, trigger, state, notBefore, attempt, error }) => [
              id,
              name,
              trigger,
              state,
              notBefore,
              attempt,
              error?.message,
            ]),
          ),
    );
  });

  const show = group.command('show').description('one request').argument('<request>');
  does(show, async ({ installation, output }, [id]) => {
    const opened = await installation();
    const { run, ...found } = await known(opened, id as string, (store) => store.get(id as string));
    // It is named before it begins.
    const isThere = run !== undefined && (await (await opened.store()).runs.get(run)) !== undefined;
    const request: RequestRecord = isThere ? { ...found, run } : found;
    output.data('tributary.request/1', requestForm(request), () => lines(request));
  });

  const cancel = group
    .command('cancel')
    .description('calls one off: what waits at once, what runs within some seconds, after its batch')
    .argument('<request>');
  does(cancel, async ({ installation, output }, [id]) => {
    const request = await known(await installation(), id as string, (store) => store.cancel(id as string));
    if (request.state === 'ended')
      throw new ConnectorError('config', `Request "${id}" has ended already.`, { hint: 'See `tributary runs list`.' });
    output.data('tributary.request/1', requestForm(request), () =>
      request.state === 'cancelled' ? `${id} is cancelled` : `${id} runs; its worker is told to stop`,
    );
  });
}

type Requests = Awaited<ReturnType<Installation['store']>>['requests'];

async function known(
  { store }: Installation,
  id: string,
  ask: (requests: Requests) => Promise<RequestRecord | undefined>,
): Promise<RequestRecord> {
  const request = UUID.test(id) ? await ask((await store()).requests) : undefined;
  if (request !== undefined) return request;
  throw new ConnectorError('config', `There is no request "${id}".`, { hint: 'See `tributary requests list`.' });
}

function lines({ error, ...request }: RequestRecord): string {
  const fields = Object.entries(requestForm({ ...request }));
  const told =
    error === undefined
      ? []
      : [
          ['error', `(${error.kind}) ${error.message}`],
          ['next', error.hint ?? ''],
        ];
  return [...fields, ...told].map(([name, value]) => `${String(name).padEnd(17)}${String(value)}`).join('\n');
}
