import MailComposer from "nodemailer/lib/mail-composer";
import { parseMail } from "@tests/support/mail";
import { hostile, SAMPLES } from "@tests/support/mail-contents";
import { TEMPLATES } from "../domain/message-content";
import { LOCALES } from "@kernel/locales";
import { render } from "../templates/render";
import { mailWriter } from "./mail-text";
import { mailboxOf } from "./mailbox";
import { mimeOf } from "./mime";
import type { EmailMessage } from "./port";

const AT = new Date("2026-11-24T23:19:56.789Z");
const SENDERS = [
	"Tianguis <shop@tianguis.example>",
	"shop@tianguis.example",
	'"Barro, \\"S.L.\\"" <shop@example.com>',
	"Ñandú & Çã 李小龍 <a@b.example>",
];

const message = (more: Partial<EmailMessage> = {}): EmailMessage => ({
	id: "ntf_0a1b",
	to: "ana@example.com",
	locale: "es",
	subject: "Tu pedido 1042 está confirmado — ¡gracias!",
	html: "<p>Envío: 4,90 €</p>\n",
	text: "Envío: 4,90 €\n",
	...more,
});

const written = (mail: EmailMessage, from = SENDERS[0]!): string => mailWriter(mailboxOf(from))(mail, AT);
const onTheWire = (text: string): Buffer => Buffer.from(text.replaceAll("\n", "\r\n"));

/** The same mail as composed by nodemailer. */
const composed = async (mail: EmailMessage, from = SENDERS[0]!): Promise<Buffer> =>
	new MailComposer({ ...mimeOf(mail, mailboxOf(from)), date: AT }).compile().build();

const BOUNDARY = /boundary="[^"]+"/;
const read = (raw: Buffer) => {
	const { headers, text, html } = parseMail(raw);
	const named = [...headers].map(([name, values]) => [name, values.map((value) => value.replace(BOUNDARY, "boundary"))] as const);
	return { headers: Object.fromEntries(named), text: text.trimEnd(), html: html.trimEnd() };
};

const shouldBeAlike = async (mail: EmailMessage, from?: string): Promise<void> => {
	expect(read(onTheWire(written(mail, from)))).toEqual(read(await composed(mail, from)));
};

const everywhere = TEMPLATES.flatMap((template) => LOCALES.map((locale) => [template, locale] as const));

test.each(everywhere)("%s in %s equals the mail of nodemailer, also with hostile names", async (template, locale) => {
	for (const data of [SAMPLES[template], hostile(SAMPLES[template])]) {
		const filled = { template, data } as Parameters<typeof render>[0];
		await shouldBeAlike(message({ locale, ...render(filled, locale, { name: "Tianguis" }) }));
	}
});

test.each(SENDERS)("sender %s is written as nodemailer does", (from) => shouldBeAlike(message(), from));

test.each([
	"plain",
	"  spaced   out  ",
	"é",
	"=?utf-8?Q?x?=",
	`${"word ".repeat(29)}end`,
	"ñ".repeat(150),
	"👩‍👩‍👧 ".repeat(18),
	"x".repeat(150),
])("subject %j is written as nodemailer does", (subject) => shouldBeAlike(message({ subject: subject.trim() })));

test.each(["ana@example.com", "ana+tag@example.com", "josé@example.com", "a.b#c=d@example.com"])(
	"recipient %s is written as nodemailer does",
	(to) => shouldBeAlike(message({ to })),
);

test("an invalid language is omitted", () => shouldBeAlike(message({ locale: "x\r\nBcc: eve@example.com" })));

test("a text cannot start a header or a part", () => {
	const evil = 'x\r\nBcc: eve@example.com\r\n\r\n<script>"\r\n--=_\r\nContent-Type: text/html\r\n';
	const mail = written(message({ subject: evil, text: evil, html: evil }));
	const { headers, text, html } = parseMail(onTheWire(mail));
	expect([...headers.keys()].sort()).toEqual(
		["auto-submitted", "content-language", "content-type", "date", "from", "message-id", "mime-version", "subject", "to"].sort(),
	);
	expect(text).toBe(evil.replaceAll("\r\n", "\n"));
	expect(html).toBe(evil.replaceAll("\r\n", "\n"));
});

test("each mail has a new boundary", () => {
	const [first, second] = [written(message()), written(message())].map((mail) => BOUNDARY.exec(mail)?.[0]);
	expect(first).toBeDefined();
	expect(first).not.toBe(second);
});

test("the texts are readable without decoding", () => {
	expect(written(message())).toContain("\n\nEnvío: 4,90 €\n");
});

test.each([
	["a long line", `${"ñ".repeat(499)}x\n`, "base64"],
	["a line that just fits", `${"ñ".repeat(499)}\n`, "8bit"],
	["a bare carriage return", "a\rb\n", "base64"],
	["a NUL", "a\0b\n", "base64"],
])("%s is encoded so that each line is at most 998 octets", (_, text, encoding) => {
	const mail = written(message({ text }));
	expect(parseMail(onTheWire(mail)).text).toBe(text);
	expect(mail).toContain(`Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: ${encoding}\n`);
	for (const line of mail.split("\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
});

test.each([[{ to: "nobody" }], [{ to: "ana@example.com\r\nBcc: eve@example.com" }], [{ id: "../../escape" }], [{ id: "a>\r\nBcc: x" }]])(
	"%j is rejected permanently",
	(wrong) => {
		expect(() => written(message(wrong))).toThrow(expect.objectContaining({ permanent: true }) as Error);
	},
);
