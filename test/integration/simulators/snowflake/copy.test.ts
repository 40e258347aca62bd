import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';
import { connectSnowflake, type SnowflakeSession } from '../../../support/snowflake.js';

let simulator: SnowflakeSimulator;
let session: SnowflakeSession;
let folder: string;
const CSV = `FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"')`;
const put = async (files: Readonly<Record<string, string | Buffer>>, path = ''): Promise<void> => {
  for (const [name, body] of Object.entries(files)) {
    writeFileSync(join(folder, name), body);
    await session.run(`PUT 'file://${folder}/${name}' @st${path} OVERWRITE = TRUE`);
  }
};
const table = () => session.values('SELECT * FROM t ORDER BY k');

beforeAll(async () => {
  simulator = await startSnowflakeSimulator();
  session = await connectSnowflake(simulator);
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snowflake-test-'));
  await session.run('CREATE OR REPLACE TABLE t (k NUMBER(38,0) NOT NULL, v VARCHAR(5), d DATE)');
  await session.run('CREATE OR REPLACE STAGE st');
});
afterEach(() => rmSync(folder, { recursive: true }));
afterAll(async () => {
  await session.close();
  await simulator.close();
});

describe('COPY of the simulated Snowflake', () => {
  it('stops at the first row that does not fit, names it, and leaves nothing', async () => {
    await put({ 'a.csv': '1,a,2026-01-01\n2,toolong,2026-01-01\n', 'b.csv': '3,c,2026-01-03\n' });
    const failing = session.run(`COPY INTO t FROM @st ${CSV}`);
    await expect(failing).rejects.toMatchObject({ code: '100078', sqlState: '22000' });
    await expect(failing).rejects.toThrow(
      /String 'toolong' is too long[^]*File 'a\.csv\.gz', line 2[^]*Row 2, column "T"\["V"\]/i,
    );
    expect(await table()).toEqual([]);
  });
  it.each([
    ['x,a,', '100038', "Numeric value 'x' is not recognized"],
    [',a,', '100072', 'NULL result in a non-nullable column'],
    ['1,a,2026-02-30', '100040', "Date '2026-02-30' is not recognized"],
    ['1,a', '100080', 'Number of columns in file (2) does not match that of the corresponding table (3)'],
    ['1,"a"b,', '100016', "Found character 'b' instead of field delimiter ','"],
  ])('refuses the row %s', async (row, code, message) => {
    await put({ 'a.csv': `${row}\n` });
    await expect(session.run(`COPY INTO t FROM @st ${CSV}`)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
  it('goes on over rows or files with CONTINUE and SKIP_FILE, and tells of both', async () => {
    await put({ 'a.csv': '1,a,\nx,b,\n', 'b.csv': '3,c,\n' });
    expect((await session.run(`COPY INTO t FROM @st ${CSV} ON_ERROR = SKIP_FILE`)).rows).toMatchObject([
      {
        file: 'st/a.csv.gz',
        status: 'LOAD_FAILED',
        rows_parsed: 2,
        rows_loaded: 0,
        errors_seen: 1,
        first_error: "Numeric value 'x' is not recognized",
        first_error_line: 2,
        first_error_column_name: '"T"["K"]',
      },
      {
        file: 'st/b.csv.gz',
        status: 'LOADED',
        rows_parsed: 1,
        rows_loaded: 1,
        error_limit: 1,
        errors_seen: 0,
        first_error: null,
      },
    ]);
    expect((await session.run(`COPY INTO t FROM @st ${CSV} ON_ERROR = CONTINUE`)).rows).toMatchObject([
      { file: 'st/a.csv.gz', status: 'PARTIALLY_LOADED', rows_loaded: 1, errors_seen: 1 },
    ]);
    expect(await table()).toEqual([
      ['1', 'a', null],
      ['3', 'c', null],
    ]);
  });
  it('loads a file once, unless its content changed or it is forced to', async () => {
    const load = async (more = '') =>
      (await session.run(`COPY INTO t FROM @st ${CSV}${more}`)).rows.length +
      Number((await session.values('SELECT COUNT(*) FROM t'))[0][0]) * 10;
    await put({ 'a.csv': '1,a,\n' });
    expect(await load()).toBe(11);
    await put({ 'a.csv': '1,a,\n' });
    expect((await session.run(`COPY INTO t FROM @st ${CSV}`)).rows).toEqual([
      { status: 'Copy executed with 0 files processed.' },
    ]);
    await put({ 'a.csv': '2,b,\n' });
    expect(await load()).toBe(21);
    expect(await load(' FORCE = TRUE')).toBe(31);
  });
  it('takes files by name, by pattern and by the beginning of a path, and removes what it loaded with PURGE', async () => {
    await put({ 'a.csv': '1,a,\n', 'b.csv': '2,b,\n' }, '/run/1');
    await put({ 'c.csv': '3,c,\n' }, '/run/10');
    await session.run(`COPY INTO t FROM @st/run/1/ FILES = ('a.csv.gz') ${CSV} PURGE = TRUE`);
    expect((await session.values('LIST @st')).map(([name]) => name)).toEqual([
      'st/run/1/b.csv.gz',
      'st/run/10/c.csv.gz',
    ]);
    await session.run(`COPY INTO t FROM @st PATTERN = '.*c[.]csv[.]gz' ${CSV}`);
    expect(await table()).toEqual([
      ['1', 'a', null],
      ['3', 'c', null],
    ]);
    // Without a slash at its end, a path is the beginning of others too.
    expect((await session.run(`COPY INTO t FROM @st/run/1 ${CSV} FORCE = TRUE`)).rows).toHaveLength(2);
    await expect(session.run(`COPY INTO t FROM @st FILES = ('nope.csv') ${CSV}`)).rejects.toMatchObject({
      code: '091016',
    });
    expect((await session.run('REMOVE @st/run/1/')).rows).toEqual([{ name: 'st/run/1/b.csv.gz', result: 'removed' }]);
  });
  it('reads quotes, escapes, empty fields and marks of NULL as documented', async () => {
    await session.run('CREATE OR REPLACE TABLE texts (n NUMBER, a VARCHAR, b VARCHAR)');
    await put({ 'a.csv': '\uFEFF1,"x\ny",""\r\n2,\\N,\n3,"a""b","\\\\"\n4,ü😀,a\\,b\n' });
    await session.run(`COPY INTO texts FROM @st ${CSV}`);
    expect(await session.values('SELECT a, b FROM texts ORDER BY n')).toEqual([
      ['x\ny', ''],
      [null, null],
      ['a"b', '\\\\'],
      ['ü😀', 'a,b'],
    ]);
    await put({ 'b.csv': '5,\\n,-\n' });
    await session.run(
      `COPY INTO texts FROM @st FILES = ('b.csv.gz') FILE_FORMAT = (TYPE = CSV ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = ('-') EMPTY_FIELD_AS_NULL = FALSE)`,
    );
    expect(await session.values('SELECT a, b FROM texts WHERE n = 5')).toEqual([['\\n', null]]);
  });
  it('transforms what it reads, also JSON', async () => {
    await session.run('CREATE OR REPLACE TABLE j (k NUMBER, v VARIANT, file VARCHAR, line NUMBER)');
    await put({ 'a.csv': '1,"{""a"":[1,2]}"\n2,\n', 'b.json': '{"k":3,"v":{"x":"ü"}}\n{"k":4,"v":null}\n' });
    await session.run(
      `COPY INTO j (k, v, file, line) FROM (SELECT $1, PARSE_JSON($2), METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @st) FILES = ('a.csv.gz') ${CSV}`,
    );
    await session.run(
      `COPY INTO j (k, v) FROM (SELECT $1:k::NUMBER, $1:v FROM @st) FILES = ('b.json.gz') FILE_FORMAT = (TYPE = JSON)`,
    );
    expect(
      await session.values('SELECT k, v:a[1]::NUMBER, v:x::STRING, v IS NULL, file, line FROM j ORDER BY k'),
    ).toEqual([
      ['1', '2', null, 'FALSE', 'a.csv.gz', '1'],
      ['2', null, null, 'TRUE', 'a.csv.gz', '2'],
      ['3', null, 'ü', 'FALSE', null, null],
      ['4', null, null, 'FALSE', null, null],
    ]);
  });
  it('says what is wrong with bytes', async () => {
    await put({ 'a.csv': Buffer.from([0x31, 0x2c, 0xff, 0x2c, 0x0a]) });
    await expect(session.run(`COPY INTO t FROM @st ${CSV}`)).rejects.toMatchObject({ code: '100144' });
    const whole = gzipSync('1,a,\n');
    await put({ 'b.csv.gz': whole.subarray(0, whole.length - 9) });
    await expect(session.run(`COPY INTO t FROM @st FILES = ('b.csv.gz') ${CSV}`)).rejects.toMatchObject({
      code: '100066',
    });
  });
  it('is part of a transaction', async () => {
    await put({ 'a.csv': '1,a,\n' });
    await session.run('BEGIN');
    await session.run(`COPY INTO t FROM @st ${CSV}`);
    expect(await table()).toHaveLength(1);
    await session.run('ROLLBACK');
    expect(await table()).toEqual([]);
    expect((await session.run(`COPY INTO t FROM @st ${CSV}`)).rows).toMatchObject([{ status: 'LOADED' }]);
  });
  it('gives files back', async () => {
    await put({ 'a.csv': '1,a,\n', 'b.csv': '2,b,\n' });
    const target = mkdtempSync(join(tmpdir(), 'snowflake-test-'));
    await session.run(`GET @st 'file://${target}/'`);
    expect(readdirSync(target).sort()).toEqual(['a.csv.gz', 'b.csv.gz']);
    rmSync(target, { recursive: true });
  });
  it.each(['SIZE_LIMIT = 10', 'MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE', "ON_ERROR = 'SKIP_FILE_10'"])(
    'refuses %s by name',
    async (option) => {
      await put({ 'a.csv': '1,a,\n' });
      await expect(session.run(`COPY INTO t FROM @st ${CSV} ${option}`)).rejects.toMatchObject({
        code: '000002',
        message: expect.stringContaining('simulator does not know'),
      });
    },
  );
});
