/** Masks an e-mail address for logs: "ana@example.com" becomes "a***@example.com". Any other text becomes "***". */
export const maskEmail = (email: string): string => {
	const at = email.lastIndexOf("@");
	return at < 1 ? "***" : `${[...email][0] ?? ""}***${email.slice(at)}`;
};

const SHOWN_DIGITS = 2;

/** Masks a phone number for logs: "+34 600 123 456" becomes "***56". */
export const maskPhone = (phone: string): string => {
	const digits = phone.replace(/\D/g, "");
	return digits.length > 2 * SHOWN_DIGITS ? `***${digits.slice(-SHOWN_DIGITS)}` : "***";
};
