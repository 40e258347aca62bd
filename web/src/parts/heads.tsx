/** A column by its name; `number`: of numbers, which stand on the right; `unseen`: of buttons that say themselves what they do. */
type Column = string | { readonly number: string } | { readonly unseen: string };

export const Heads = ({ columns }: { readonly columns: readonly Column[] }) => (
  <thead>
    <tr>
      {columns.map((column) => {
        if (typeof column === 'string')
          return (
            <th scope="col" key={column}>
              {column}
            </th>
          );
        if ('number' in column)
          return (
            <th scope="col" className="number" key={column.number}>
              {column.number}
            </th>
          );
        return (
          <th scope="col" key={column.unseen}>
            <span className="unseen">{column.unseen}</span>
          </th>
        );
      })}
    </tr>
  </thead>
);
