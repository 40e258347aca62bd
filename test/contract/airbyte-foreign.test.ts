import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newProject, type Project } from '../e2e/project.js';
import { startDashboardSimulator, type DashboardSimulator } from '../simulators/dashboard/server.js';
import { stopTestServer } from '../support/postgres.js';

/** Where `.ci/run` puts the programs of others: `airbyte-cdk`, with a source that runs manifests, and the models of the protocol. */
const VENV = resolve('node_modules/.cache/airbyte-cdk/bin');
const CLI = fileURLToPath(new URL('../../dist/core/app/cli/main.js', import.meta.url));
const TOKEN = 'secret-of-the-dashboard';

if (!existsSync(VENV))
  process.stderr.write(
    'Without airbyte-cdk (see .ci/run) the bridge to Airbyte is tested with our own programs alone.\n',
  );

(existsSync(VENV) ? describe : describe.skip)('programs of the Airbyte world', () => {
  let dashboard: DashboardSimulator;
  let project: Project;
  beforeAll(async () => {
    dashboard = await startDashboardSimulator({ token: TOKEN, seed: 7, from: '2024-02-01', to: '2024-03-10' });
    project = await newProject();
  });
  afterAll(async () => {
    await project.remove();
    await dashboard.close();
    await stopTestServer();
  });

  test('a source on the Python CDK is loaded by us: whole, and on from its state', async () => {
    const manifest = {
      version: '6.0.0',
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['results'] },
      spec: {
        type: 'Spec',
        connection_specification: {
          type: 'object',
          required: ['token'],
          properties: { token: { type: 'string', airbyte_secret: true } },
        },
      },
      streams: [
        {
          type: 'DeclarativeStream',
          name: 'results',
          primary_key: 'result_id',
          retriever: {
            type: 'SimpleRetriever',
            requester: {
              type: 'HttpRequester',
              url_base: dashboard.url,
              path: '/results',
              authenticator: { type: 'BearerAuthenticator', api_token: "{{ config['token'] }}" },
            },
            record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
            paginator: {
              type: 'DefaultPaginator',
              page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'cursor' },
              pagination_strategy: {
                type: 'CursorPagination',
                cursor_value: "{{ response.get('next_cursor', {}) }}",
                stop_condition: "{{ not response.get('next_cursor', {}) }}",
              },
            },
          },
          incremental_sync: {
            type: 'DatetimeBasedCursor',
            cursor_field: 'day',
            cursor_datetime_formats: ['%Y-%m-%d'],
            datetime_format: '%Y-%m-%d',
            start_datetime: { type: 'MinMaxDatetime', datetime: '2024-02-01', datetime_format: '%Y-%m-%d' },
            end_datetime: { type: 'MinMaxDatetime', datetime: '2024-03-10', datetime_format: '%Y-%m-%d' },
            start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
            end_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'to' },
            step: 'P10D',
            cursor_granularity: 'P1D',
          },
          schema_loader: {
            type: 'InlineSchemaLoader',
            schema: {
              type: 'object',
              properties: {
                result_id: { type: 'string' },
                day: { type: 'string', format: 'date' },
                sent: { type: 'integer' },
                opened: { type: 'integer' },
              },
            },
          },
        },
      ],
    };
    await project.configure(`sources:
  foreign:
    connector: airbyte
    config:
      command: [${VENV}/source-declarative-manifest]
      config: ${JSON.stringify({ __injected_declarative_manifest: manifest })}
      secrets: { token: "\${env:TOKEN}" }
connections:
  daily: { source: foreign, destination: warehouse, schema: raw, streams: { results: {} } }
`);
    const env = { TOKEN };
    const ledgerOf = async (...args: readonly string[]) => {
      const end = await project.run(['sync', 'daily', '--json', ...args], { env });
      expect({ code: end.code, stderr: end.code === 0 ? '' : end.stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(end.stdout).data.outcome.ledger;
    };
    const [all, lastDay] = [dashboard.results, dashboard.results.filter(({ day }) => day === '2024-03-10')];
    expect(await ledgerOf('--full-refresh')).toMatchObject({ read: all.length, inserted: all.length });
    // What was read whole left no state behind.
    expect(await ledgerOf()).toMatchObject({ read: all.length, unchanged: all.length });
    const sums = (of: readonly { sent: number; opened: number }[]) => [
      of.length,
      of.reduce((n, { sent }) => n + sent, 0),
      of.reduce((n, { opened }) => n + opened, 0),
    ];
    const [row] = await project.rows(
      'SELECT count(*)::int AS n, sum(sent)::int AS sent, sum(opened)::int AS opened FROM raw.results',
    );
    expect([row.n, row.sent, row.opened]).toEqual(sums(all));
    dashboard.results[dashboard.results.indexOf(lastDay[0]!)] = { ...lastDay[0]!, opened: lastDay[0]!.opened + 11 };
    // Its state is the last day, which it reads once more.
    expect(await ledgerOf()).toMatchObject({ read: lastDay.length, inserted: 0, updated: 1 });
  });

  test('a connector of ours is read by a consumer on the models of the protocol, as its acceptance tests do', async () => {
    const given = {
      command: [process.execPath, CLI, 'airbyte', 'rest'],
      config: {
        api: {
          endpoint: dashboard.url,
          auth: { bearer: "{{ config['token'] }}" },
          streams: {
            results: {
              path: '/results',
              records: 'data',
              primary_key: 'result_id',
              paging: { cursor: 'next_cursor', parameter: 'cursor' },
              cursor: { field: 'day', format: '%Y-%m-%d', start: '2024-02-01', from: 'from', to: 'to', window: 'P10D' },
              fields: {
                result_id: 'string',
                day: 'date',
                channel: 'string',
                sent: 'integer',
                opened: 'integer',
                updated_at: 'timestamp',
              },
            },
          },
        },
        secrets: { token: TOKEN },
        allow: ['loopback'],
      },
      streams: ['results'],
    };
    const file = await project.write('given.json', JSON.stringify(given));
    const { stdout } = await promisify(execFile)(`${VENV}/python`, ['test/support/airbyte-consumer.py', file], {
      maxBuffer: 2 ** 26,
    });
    const { first, second, whole } = JSON.parse(stdout) as Record<
      string,
      { results: { result_id: string; day: string; sent: number }[] }
    >;
    const ids = (records: readonly { result_id: string }[]) => records.map(({ result_id: id }) => id).toSorted();
    expect(ids(first!.results)).toEqual(ids(dashboard.results));
    expect(ids(whole!.results)).toEqual(ids(dashboard.results));
    expect(second!.results.length).toBeLessThan(first!.results.length);
    expect(await readFile(file, 'utf8')).toContain(TOKEN);
    expect(stdout).not.toContain(TOKEN);
  });
});
