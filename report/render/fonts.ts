import { createRequire } from 'node:module';

const FAMILY = '@expo-google-fonts/source-sans-3';

/** The files of the one typeface that prints and pictures are set in: a machine may have no fonts of its own. */
export function fontFiles(): { readonly regular: string; readonly bold: string } {
  const { resolve } = createRequire(import.meta.url);
  return {
    regular: resolve(`${FAMILY}/400Regular/SourceSans3_400Regular.ttf`),
    bold: resolve(`${FAMILY}/600SemiBold/SourceSans3_600SemiBold.ttf`),
  };
}

export const FONT_NAME = 'Source Sans 3';
