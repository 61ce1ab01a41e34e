/** Entry of `elements.js`, the file that other pages embed; the elements themselves are in a file shared with the dashboard. */
import "./index.ts";
