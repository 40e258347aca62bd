import type { DirtyMark } from '../protocol/index.js';
import {
  buildMarts,
  compileFacts,
  explainFacts,
  marksFor,
  ownFigures,
  streamsOf,
  type CompiledFact,
  type FactExplanation,
  type MartBuild,
  type Reading,
} from '../../report/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Configuration } from './configuration.js';
import { heldConnections } from './expectations.js';
import { probe, type Installation } from './installation.js';

/** The facts of the report, each with what the rest of the file says of its connection. */
export function factsOf({ settings }: Configuration): readonly CompiledFact[] {
  const { report, connections, project } = settings;
  const schemas = Object.fromEntries(Object.entries(connections).map(([name, { schema }]) => [name, schema]));
  const { regions, segments, channels, authority = [], crosswalk = [] } = report ?? {};
  return compileFacts(
    (report?.facts ?? []).map((fact) => {
      const { schema, source } = connections[fact.from.split('.')[0] as string]!;
      const timeZone = fact.time_zone ?? project.timezone;
      return {
        fact,
        schema,
        schemas,
        source,
        timeZone,
        standards: { regions, segments, channels },
        authority,
        crosswalk,
        own: ownFigures(report ?? {}),
      };
    }),
  );
}

export function marksOf(configuration: Configuration, connection: string): (stream: string) => readonly DirtyMark[] {
  const facts = factsOf(configuration);
  return (stream) => marksFor(facts, connection, stream);
}

/** True where a run of the connection can change the marts. */
export function feedsMarts(configuration: Configuration, connection: string): boolean {
  return factsOf(configuration).some((fact) => streamsOf(fact).some((stream) => stream.connection === connection));
}

/** The connections for which the marts wait, and releases with them. */
export function martsHeldBy(installation: Installation): Promise<readonly string[]> {
  const { configuration } = installation;
  const feeding = Object.keys(configuration.settings.connections).filter((name) => feedsMarts(configuration, name));
  return heldConnections(installation, feeding);
}

/** Brings the marts up to date with the raw tables; may be repeated. */
export async function bringMartsUpToDate(
  installation: Installation,
  signal: AbortSignal,
  readings: readonly Reading[] = [],
  /** The connection whose run asks, having passed. */
  passed?: string,
): Promise<MartBuild & { readonly heldBy?: readonly string[] }> {
  const { configuration } = installation;
  const heldBy = (await martsHeldBy(installation)).filter((name) => name !== passed);
  if (heldBy.length > 0) return { marts: {}, isChanged: false, marks: 0, facts: [], heldBy };
  const destination = reportDestination(configuration);
  const sql = await installation.sql(destination, { readOnly: false, signal });
  try {
    return await buildMarts(sql, factsOf(configuration), {
      metadataSchema: await installation.metadataSchema(destination),
      now: new Date(),
      readings,
      definitions: configuration.settings.report?.definitions ?? [],
      probe,
    });
  } finally {
    await sql.close();
  }
}

/** What the facts would put into the marts; nothing is written. */
export async function explain(
  installation: Installation,
  options: { readonly name?: string; readonly sample: number },
  signal: AbortSignal,
): Promise<readonly FactExplanation[]> {
  const { configuration } = installation;
  const sql = await installation.sql(reportDestination(configuration), { readOnly: true, signal });
  try {
    return await explainFacts(sql, factsOf(configuration), options);
  } finally {
    await sql.close();
  }
}

/** Rows that no figure counts, or none by channel, told to a person. */
export function undatedIn({
  facts,
  heldBy = [],
}: MartBuild & { readonly heldBy?: readonly string[] }): readonly string[] {
  const foreign = facts
    .filter(({ foreignChannels = [] }) => foreignChannels.length > 0)
    .map(
      ({ fact, foreignChannels = [] }) =>
        `fact "${fact}" has channels that stand as (unknown): ${foreignChannels.join(', ')}; give them in \`map\` of its channel or in \`report.channels\``,
    );
  const undated = facts
    .filter(({ undated }) => undated > 0)
    .map(({ fact, undated }) => {
      const rows = undated === 1 ? '1 row' : `${undated.toLocaleString('en-US')} rows`;
      return `${rows} of fact "${fact}" ${undated === 1 ? 'has no day and stands' : 'have no day and stand'} in no mart`;
    });
  const lost = facts.flatMap(({ fact, lookups = [] }) =>
    lookups
      .filter(({ found }) => found === 0)
      .map(
        ({ dimension, of }) =>
          `fact "${fact}": ${dimension} found for none of ${of.toLocaleString('en-US')} rows; look at its \`${dimension}\` under \`dimensions\`, at \`join\`, and at \`tributary report facts ${fact}\``,
      ),
  );
  const held = heldBy.map((connection) => `the marts wait: the last run of "${connection}" broke an expectation`);
  return [...held, ...undated, ...foreign, ...lost];
}

export function reportDestination({ settings }: Configuration): string {
  if (settings.report !== undefined) return settings.report.destination;
  throw new ConnectorError('config', 'The configuration has no `report`.', {
    hint: 'Say in `report` which streams are the facts; see docs/configuration.md.',
  });
}
