import addressparser from "nodemailer/lib/addressparser";

/** Sender of mails. */
export interface Mailbox {
	/** Empty if the setting has no name. */
	readonly name: string;
	readonly address: string;
	readonly domain: string;
}

/** Parses a mailbox such as "Tianguis <shop@tianguis.example>" (RFC 5322). @throws Error with a message for the operator if it is not one address */
export const mailboxOf = (setting: string): Mailbox => {
	const [mailbox, ...others] = addressparser(setting, { flatten: true });
	const { name = "", address = "" } = mailbox ?? {};
	const domain = address.slice(address.lastIndexOf("@") + 1);
	if (others.length > 0 || !/^[^\s@<>]+@[^\s@<>]+$/.test(address))
		throw new Error(`MAIL_FROM must be one address such as "Shop <shop@example.com>"`);
	return { name, address, domain };
};
