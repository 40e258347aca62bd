import type { Section } from '../section/model.js';

export function renderJson(section: Section): string {
  return `${JSON.stringify(section, undefined, 2)}\n`;
}
