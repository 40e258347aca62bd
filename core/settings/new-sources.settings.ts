import { Flag } from './fields.js';
import { OptionalKey, TEXT, list } from './shape.js';

/** What admins may do with a source that is not in the file yet, from the pages of the host. */
export class NewSourcesSettings {
  @OptionalKey(
    'True: the host adds what they made to this file, whole and checked. False: they copy it or download it.',
  )
  @Flag()
  write: boolean = false;

  @OptionalKey(
    'References that may be tried before they are in the file, without their `${}`; `*` stands for any letters but `/`. One that the file uses already never may.',
    { shape: list(TEXT), example: '["env:BRAZE_*", "file:/run/secrets/*"]' },
  )
  references: readonly string[] = ['env:SOURCE_*', 'file:secrets/*'];

  @OptionalKey(
    'Folders beside this file whose files may be looked at by a new source `local`, or as the manifest of a `rest`.',
    {
      shape: list(TEXT),
      example: '[data, exports]',
    },
  )
  folders: readonly string[] = ['data'];
}
