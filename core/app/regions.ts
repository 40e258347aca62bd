import { ConnectorError } from '../sdk/index.js';
import { nearest } from '../settings/index.js';
import type { Installation } from './installation.js';
import { knownRegions } from './monthly-report.js';

/**
 * Says of regions which of them no figure has, where that can be told: who may see only those sees nothing, and does not know why.
 * Nothing is said without a report, without figures, and where the warehouse cannot be asked.
 */
export async function regionNotes(
  installation: Installation,
  signal: AbortSignal,
): Promise<(regions: readonly string[] | null) => readonly string[]> {
  if (installation.configuration.settings.report === undefined) return () => [];
  const known = await knownRegions(installation, signal).catch((): readonly string[] => []);
  if (known.length === 0) return () => [];
  return (regions) =>
    (regions ?? [])
      .filter((region) => !known.includes(region))
      .map((region) => {
        const near = nearest(region, known);
        return `no figure has its region "${region}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
      });
}

/**
 * Refuses a region that no figure has, since who mistypes one sees nothing and does not know why. Without figures, and where the
 * warehouse cannot be asked, nobody can tell.
 */
export async function checkRegions(
  installation: Installation,
  regions: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (installation.configuration.settings.report === undefined)
    throw new ConnectorError('config', 'There is no report here, by which alone regions are told apart.', {
      hint: 'Configure `report`, or leave --region out.',
    });
  const known = await knownRegions(installation, signal).catch((): readonly string[] => []);
  const unknown = regions.find((region) => !known.includes(region));
  if (unknown === undefined || known.length === 0) return;
  const near = nearest(unknown, known);
  throw new ConnectorError('config', `No figure of the report has the region "${unknown}".`, {
    hint: near === undefined ? `There are: ${known.join(', ')}.` : `Did you mean "${near}"?`,
  });
}
