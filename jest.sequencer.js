import Sequencer from '@jest/test-sequencer';

/** Folders in the order of how long their files take, most first; of the others their size says as much. */
const SLOW = ['faults', 'contract/destinations', 'e2e', 'integration'].map((folder) => `/test/${folder}/`);

/** Where it is not known from a run before which files take long, they would come by their size, and the longest near the end. */
export default class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    const place = ({ path }) => SLOW.findIndex((folder) => path.includes(folder)) >>> 0;
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
