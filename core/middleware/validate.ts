import type { Step } from './chain.js';

/** The schema's demands: the row program checks every value against its type; here, that what may not be null is not. */
export const validateStep: Step = ({ columns, conditions }) => ({
  columns: columns.map((column) =>
    column.target.nullable || column.required === true ? column : { ...column, required: true },
  ),
  conditions,
});
