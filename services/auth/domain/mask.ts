/** An address as a log may have it: enough to recognise one that is known, not enough to learn it. */
export const masked = (email: string): string => {
	const at = email.lastIndexOf("@");
	return `${email.slice(0, Math.min(1, at))}***${email.slice(at)}`;
};
