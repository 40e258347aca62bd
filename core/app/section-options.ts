import type { Installation } from './installation.js';

/** What every section of this installation is made with. */
export function sectionOptions({ configuration }: Installation) {
  const { project, report } = configuration.settings;
  return {
    project,
    closeAfter: report?.months.close_after ?? '8d',
    suppression: report?.suppression ?? { threshold: 11, dimensions: ['region', 'segment'] as const },
  };
}
