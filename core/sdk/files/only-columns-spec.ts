import { z } from 'zod';

/** What a column of a stream with `only_columns` may say beside its type. */
export const onlyColumnOptions = {
  in_file: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      'With `only_columns`: what the file calls it, where that is another name; of several the first that has a value. `properties.plan` reaches into an object',
    ),
  missing: z
    .union([z.string(), z.int()])
    .optional()
    .describe('With `only_columns`: what stands where a record has no value'),
  clean: z
    .enum(['query', 'addresses'])
    .optional()
    .describe('With `only_columns`: takes the query off a link, or mail addresses out of a text'),
  number_unless: z
    .string()
    .optional()
    .describe(
      'With `only_columns`: not read, but the number of the record among those of its file that are the same in the rest of the key; 0 where the column named here has a value',
    ),
  personal: z
    .boolean()
    .default(false)
    .describe('True: it tells who a person is, and a connection that says nothing of it under `protect` is refused'),
};
