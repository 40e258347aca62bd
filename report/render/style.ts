/** What only the page with a script has. */
export const INTERACTIVE_STYLE = `
button,select,input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--muted);border-radius:6px;padding:4px 10px;min-height:32px;max-width:100%}
button{cursor:pointer}
button:focus-visible,select:focus-visible,input:focus-visible,.days:focus-visible{outline:2px solid var(--sent);outline-offset:2px}
.sort{border:0;padding:2px 0;min-height:24px;background:none;font-weight:600;text-align:inherit;color:var(--muted)}
.sort:hover{text-decoration:underline}
[aria-sort] .sort{color:var(--text)}
[aria-sort=ascending] .sort::after{content:" ▲"}
[aria-sort=descending] .sort::after{content:" ▼"}
.choose{display:flex;flex-wrap:wrap;gap:8px 20px;margin:20px 0 0}
.choose label,.search label{display:block;font-size:13px;color:var(--muted)}
.choose select{max-width:220px}
.chosen{margin-top:16px;padding:16px;border:2px solid var(--sent);border-radius:8px}
.chosen h2{margin:0 0 8px}
.chosen dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:8px 16px;margin:0}
.chosen dt{font-size:13px;color:var(--muted)}
.chosen dd{margin:0;font-size:19px;font-weight:600;font-variant-numeric:tabular-nums}
.marked{background:var(--panel)}
.search{margin-top:16px}
.toggles{display:flex;flex-wrap:wrap;gap:8px}
[aria-pressed=true]{border-color:var(--sent);box-shadow:inset 0 -2px var(--sent)}
[aria-pressed=false]{color:var(--muted);text-decoration:line-through}
.days{margin-top:12px;padding:6px 10px;background:var(--panel);border-radius:6px;cursor:ew-resize}
.readout{font-variant-numeric:tabular-nums;min-height:24px}
.at{stroke:var(--muted);stroke-width:1}
.live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden]{display:none!important}
@media print{.choose,.search,.toggles,.days{display:none}.chosen{break-inside:avoid}}
`;

/** One scale of type, one palette (after Okabe and Ito, told apart also by those who see colours differently), two lights. */
/** In the light; also what prints and pictures have. */
export const COLOURS = {
  text: '#1c2128',
  muted: '#59636e',
  rule: '#d9dee4',
  paper: '#ffffff',
  panel: '#f5f7f9',
  sent: '#0072b2',
  opened: '#b5500a',
  responded: '#00795a',
} as const;
const LIGHT = `${Object.entries(COLOURS)
  .map(([name, colour]) => `--${name}:${colour}`)
  .join(';')};color-scheme:light`;
const DARK =
  '--text:#e6eaef;--muted:#9aa5b1;--rule:#343b44;--paper:#14181d;--panel:#1c2229;--sent:#63b6ea;--opened:#eda24c;--responded:#3cc59b;color-scheme:dark';

export const STYLE = `
:root{${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
@media print{:root{${LIGHT}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:400 15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:960px;margin:0 auto;padding:40px 24px 56px}
h1{font-size:28px;line-height:1.2;margin:4px 0 6px;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:19px;line-height:1.3;margin:48px 0 4px}
p{margin:0}
.project{color:var(--muted)}
.month{font-size:19px;display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline}
.state{font-size:13px;border:1px solid currentColor;border-radius:99px;padding:1px 10px;color:var(--muted)}
.about{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px 24px;margin:20px 0 0;padding:16px 0;border:solid var(--rule);border-width:1px 0}
.about dt,.lead,.small{font-size:13px;color:var(--muted)}
.about dd{margin:0}
.lead{margin-bottom:12px}
.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin:24px 0 0;padding:0;list-style:none}
.card{background:var(--panel);border-radius:8px;padding:16px;display:flex;flex-direction:column;gap:2px}
.card h2{font-size:13px;font-weight:600;margin:0}
.value{font-size:28px;line-height:1.3;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.value.none{font-size:19px;line-height:36px;font-weight:400;color:var(--muted)}
.card .small{font-variant-numeric:tabular-nums}
.card .definition{margin-top:auto;padding-top:8px}
.spark{width:120px;height:24px;margin-top:6px}
.spark path{fill:none;stroke:var(--muted);stroke-width:1.5}
.spark circle{fill:var(--text)}
data{white-space:nowrap}
.before{display:inline-block}
.none{color:var(--muted);font-weight:400}
td .none{white-space:normal}
figure{margin:16px 0 0}
figure svg{display:block;overflow:visible;width:100%;height:auto;font-family:inherit}
.narrow{display:none}
.marks{margin:12px 0 0;padding:0;list-style:none;columns:2 280px;column-gap:24px}
.marks li{break-inside:avoid}
.marks time{color:var(--text);font-variant-numeric:tabular-nums;margin-right:4px}
.scroll{overflow-x:auto;margin-top:16px}
.scroll:focus-visible{outline:2px solid var(--sent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding-bottom:6px}
th,td{padding:6px 0 6px 12px;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap;vertical-align:baseline}
th{font-weight:600}
thead th{vertical-align:bottom;white-space:normal;color:var(--muted)}
tr>:first-child{text-align:left;padding-left:0;white-space:normal;min-width:130px;overflow-wrap:anywhere}
tbody th{font-weight:400}
tfoot th,tfoot td{font-weight:600;border-bottom:0;border-top:1px solid var(--text)}
.notes dt{font-weight:600;margin-top:12px}
.notes dd{margin:0;max-width:72ch}
footer{margin-top:48px;padding-top:16px;border-top:1px solid var(--rule)}
@media (max-width:700px){
main{padding:24px 16px 40px}
h1{font-size:24px}
.cards{grid-template-columns:repeat(2,1fr)}
.card{padding:12px}
.value{font-size:24px}
.about{grid-template-columns:1fr 1fr}
}
@media (max-width:560px){.wide{display:none}.narrow{display:block}}
@media (max-width:400px){.value.none{font-size:15px}}
@media print{
body{font-size:12px}
main{max-width:none;padding:0}
.wide{display:block}.narrow{display:none}
.marks{margin:12px 0 0;padding:0;list-style:none;columns:2 280px;column-gap:24px}
.marks li{break-inside:avoid}
.marks time{color:var(--text);font-variant-numeric:tabular-nums;margin-right:4px}
.scroll{overflow:visible}
.card{border:1px solid var(--rule)}
.card,figure,tr,.notes>div{break-inside:avoid}
h2{break-after:avoid}
thead{display:table-header-group}
@page{margin:16mm 14mm}
}
`;
