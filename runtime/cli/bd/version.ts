/** The version of the `bd` contract that is kept; clients refuse to work with an older one. */
export const BD_VERSION = "1.0.5";
