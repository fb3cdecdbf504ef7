import addressparser from "nodemailer/lib/addressparser";

/** Who a mail is from. */
export interface Mailbox {
	/** Empty where the setting has none. */
	readonly name: string;
	readonly address: string;
	readonly domain: string;
}

/** Reads "Tianguis <shop@tianguis.example>" (RFC 5322). @throws Error where it is not one address, for the operator to read */
export const mailboxOf = (setting: string): Mailbox => {
	const [mailbox, ...others] = addressparser(setting, { flatten: true });
	const { name = "", address = "" } = mailbox ?? {};
	const domain = address.slice(address.lastIndexOf("@") + 1);
	if (others.length > 0 || !/^[^\s@<>]+@[^\s@<>]+$/.test(address))
		throw new Error(`MAIL_FROM must be one address such as "Shop <shop@example.com>"`);
	return { name, address, domain };
};
