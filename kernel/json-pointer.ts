/** JSON pointer (RFC 6901) to a member of the top-level object. */
export const jsonPointer = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
