/** A URL without its credentials and query, for messages and logs. */
export const redactUrl = (url: string): string => url.replace(/\/\/[^/]*@/, "//").replace(/\?.*$/, "");
