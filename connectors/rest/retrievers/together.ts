import { merged } from '../requests/merge.js';
import { noParts, type Place, type RequestParts } from '../requests/request-option.js';

const PLACES: readonly Place[] = ['request_parameter', 'header', 'body_data', 'body_json'];

/** What paging, cursor and partition add, together; two that set one field are an error. */
export function together(all: readonly RequestParts[]): RequestParts {
  const made = noParts();
  for (const place of PLACES)
    Object.assign(
      made[place],
      merged(
        place,
        all.map((parts) => parts[place]),
        place === 'body_json',
      ),
    );
  return made;
}
