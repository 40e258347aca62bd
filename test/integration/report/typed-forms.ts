import {
  renderCsv,
  renderHtml,
  renderMail,
  renderPdf,
  renderXlsx,
  type ReportTable,
  type Section,
} from '../../../report/index.js';
import type { SqlSession } from '../../../core/sdk/index.js';
import { csvFields, readHtml, readPdf, readXlsx, type ReadTable } from './forms.js';

/** Tables of responses by type, what the section has of them, by what, and how they are headed. */
const TYPED = [
  ['campaign_response_type', 'by_campaign_response_type', 'campaign_id', 'Responses by campaign'],
  ['response_type_region', 'by_response_type_region', 'region', 'Responses by region'],
  ['response_type_segment', 'by_response_type_segment', 'segment', 'Responses by member segment'],
  ['channel_response_type', 'by_channel_response_type', 'channel', 'Responses by channel'],
] as const;

const numberOf = (value: string | number | null | undefined) =>
  value === '' || value === null || value === undefined ? 'not measured' : Number(value);
const printed = (value: string | number | null) => (typeof value === 'number' ? value.toLocaleString('en-US') : value);

/** Sets what every form says of responses by type beside the section; how many tables of the page there were, and counts that are hidden. */
export async function compareTyped(
  section: Section,
  sql: SqlSession,
): Promise<{ readonly compared: number; readonly hidden: number }> {
  const sheets = await readXlsx(await renderXlsx(section));
  const [page, mail] = [readHtml(renderHtml(section)), readHtml((await renderMail(section)).html)];
  const pdf = (await readPdf(await renderPdf(section))).map((line) => line.join(' ')).join('\n');
  const [csvHead, ...lines] = renderCsv(section).trimEnd().split('\r\n').map(csvFields);
  const types = section.by_response_type.map(({ response_type }) => response_type);
  expect(types.length).toBeGreaterThan(1);
  let compared = 0;
  let hidden = 0;
  for (const [table, name, by, title] of TYPED) {
    const typed = section[name].map((row): [string, string, string | number] => {
      const isHidden = 'suppressed' in row && row.suppressed.length > 0;
      hidden += isHidden ? 1 : 0;
      const place = (row as unknown as Record<string, string>)[by]!;
      return [place, row.response_type, isHidden ? 'hidden' : (row.responded ?? 'not measured')];
    });
    expect(typed.length).toBeGreaterThan(0);
    const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).toSorted();
    const csv = lines.flatMap((line) => {
      const at = (column: string) => line[csvHead!.indexOf(column)]!;
      const value = at('suppressed') === 'responded' ? 'hidden' : numberOf(at('responded'));
      return at('table') === table ? [[at(by), at('response_type'), value]] : [];
    });
    expect([table, sorted(csv)]).toEqual([table, sorted(typed)]);
    const viewed = await sql.query<Record<string, string | number | null>>(
      `SELECT ${by}, response_type, responded, suppressed FROM report.v_${table} WHERE month = '${section.month.id}-01'`,
    );
    expect([
      table,
      sorted(
        viewed.map(({ [by]: place, response_type, responded, suppressed }) => [
          place,
          response_type,
          String(suppressed).includes('responded') ? 'hidden' : numberOf(responded),
        ]),
      ),
    ]).toEqual([table, sorted(typed)]);
    const places = new Set(typed.map(([place]) => place));
    const found = page.get(table);
    if (found === undefined) continue;
    compared += 1;
    expect(found.head.slice(1)).toEqual(types.map((type) => type.replaceAll('_', ' ')));
    const bodyOf = ({ rows }: ReadTable) => rows.slice(0, -1).map((row) => row.slice(1));
    const expected = sorted(
      [...places].map((place) =>
        types.map((type) => typed.find(([at, of]) => at === place && of === type)?.[2] ?? 'not measured'),
      ),
    );
    const told = bodyOf(found).filter((row) => row.some((value) => value !== 'not measured'));
    expect([table, sorted(told)]).toEqual([table, expected]);
    expect(sheets.get(title)!.rows.map((row) => row.slice(1))).toEqual(found.rows.map((row) => row.slice(1)));
    if (mail.has(table))
      expect(mail.get(table)!.rows.map((row) => row.slice(1))).toEqual(
        found.rows.map((row) => row.slice(1).map(printed)),
      );
    expect(pdf).toContain(title);
    for (const row of found.rows.slice(0, -1)) expect(pdf).toContain(row.slice(1).map(printed).join(' '));
  }
  return { compared, hidden };
}

/** Responses of one type at one place. */
export type ToldOnce = Readonly<
  Record<'type' | 'region' | 'segment' | 'date' | 'campaign_id' | 'channel', string> & { value: number }
>;

/** Sets every table by type, with what is hidden, beside what is true. */
export async function compareWithTruth(
  told: readonly ToldOnce[],
  shown: (table: string) => Promise<ReportTable>,
): Promise<void> {
  const inAll = (rows: readonly (readonly [string, number])[]) =>
    Object.fromEntries(
      [...Map.groupBy(rows, ([place]) => place)].map(([place, all]) => [place, all.reduce((sum, [, n]) => sum + n, 0)]),
    );
  for (const [table, by] of [
    ['response_type', undefined],
    ['response_type_date', 'date'],
    ...TYPED.map(([name, , of]) => [name, of] as const),
  ] as const) {
    const { rows } = await shown(table);
    const found = rows.flatMap(({ at, responded }) =>
      responded === null ? [] : [[`${at['response_type']} ${by && at[by]}`, responded] as const],
    );
    const truth = told.map((one) => [`${one.type} ${by && one[by]}`, one.value] as const);
    expect([table, inAll(found)]).toEqual([table, inAll(truth)]);
  }
}
