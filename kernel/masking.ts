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

/** For the audit trail, which hides the host too: "ana@mail.example.com" is "a***@m***.com". The form is stored and must not change. */
export const maskEmailAndHost = (email: string): string => {
	const [local = "", host = ""] = email.split("@");
	const [name = "", ...rest] = host.split(".");
	const masked = (text: string): string => `${text.slice(0, 1)}***`;
	return `${masked(local)}@${[masked(name), ...rest.slice(-1)].join(".")}`.toLowerCase();
};
