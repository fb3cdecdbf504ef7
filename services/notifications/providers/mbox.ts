/** "Tue Nov 24 23:19:56 2026", as C's asctime writes it, in UTC. */
const asctime = (at: Date): string => {
	const [weekday = "", day = "", month = "", year = "", time = ""] = at.toUTCString().replace(",", "").split(" ");
	return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
};

/** Ends a record. A file whose end is another was torn by a crash or a full disk. */
export const RECORD_END = "\n\n";

/** Quotes lines that look like the first line of a record. */
const quoted = (mail: string): string => (mail.includes("From ") ? mail.replace(/(^|\n)(>*From )/g, "$1>$2") : mail);

/** A mail, with line ends of "\n", as it stands in a file of the format mboxrd (RFC 4155). */
export const mboxRecord = (mail: string, sender: string, at: Date): string =>
	`From ${sender} ${asctime(at)}\n${quoted(mail).trimEnd()}${RECORD_END}`;

/** The name of the file of a day, in UTC. */
export const mboxName = (at: Date): string => `${at.toISOString().slice(0, 10)}.mbox`;
