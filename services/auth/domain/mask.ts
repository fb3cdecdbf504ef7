/** Masks an e-mail address for logs. */
export const masked = (email: string): string => {
	const at = email.lastIndexOf("@");
	return `${email.slice(0, Math.min(1, at))}***${email.slice(at)}`;
};
