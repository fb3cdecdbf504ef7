/** "Tue Nov 24 23:19:56 2026", as C's asctime writes it, in UTC. */
const asctime = (at: Date): string => {
	const [weekday = "", day = "", month = "", year = "", time = ""] = at.toUTCString().replace(",", "").split(" ");
	return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
};

/** Terminator of a record. A file with another end was torn by a crash or a full disk. */
export const RECORD_END = "\n\n";

/** Quotes lines that look like the first line of a record. */
const quoted = (mail: string): string => (mail.includes("From ") ? mail.replace(/(^|\n)(>*From )/g, "$1>$2") : mail);

/** Formats a mail with "\n" line ends as an mboxrd record (RFC 4155). */
export const mboxRecord = (mail: string, sender: string, at: Date): string =>
	`From ${sender} ${asctime(at)}\n${quoted(mail).trimEnd()}${RECORD_END}`;

/** Name of the mbox file of a day in UTC. */
export const mboxName = (at: Date): string => `${at.toISOString().slice(0, 10)}.mbox`;
