import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseMail } from "@tests/support/mail";
import { emlFolderSender } from "./eml-folder";
import type { EmailMessage } from "./port";

const FROM = "Tianguis <shop@tianguis.example>";

const message = (more: Partial<EmailMessage> = {}): EmailMessage => ({
	id: "ntf_0a1b",
	to: "ana@example.com",
	locale: "en",
	subject: "Año nuevo",
	html: "<p>¡Hola!</p>",
	text: "¡Hola!\n",
	...more,
});

let parent: string;
let folder: string;
beforeEach(() => {
	parent = mkdtempSync(join(tmpdir(), "eml-"));
	folder = join(parent, "data", "mail");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const read = (id: string) => parseMail(readFileSync(join(folder, `${id}.eml`)));

test("a mail is a file with both parts, for its owner's eyes only", async () => {
	await emlFolderSender({ folder, from: FROM }).send(message());
	expect(readdirSync(folder)).toEqual(["ntf_0a1b.eml"]);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(statSync(join(folder, "ntf_0a1b.eml")).mode & 0o777).toBe(0o600);
	const { headers, text, html } = read("ntf_0a1b");
	expect(headers.get("subject")).toEqual(["Año nuevo"]);
	expect(headers.get("to")).toEqual(["ana@example.com"]);
	expect(headers.get("message-id")).toEqual(["<ntf_0a1b@tianguis.example>"]);
	expect(text.trim()).toBe("¡Hola!");
	expect(html.trim()).toBe("<p>¡Hola!</p>");
});

test("the same mail again, even at the same time, makes no second one", async () => {
	const sender = emlFolderSender({ folder, from: FROM });
	await Promise.all(Array.from({ length: 8 }, (_, n) => sender.send(message({ text: `${n}`.repeat(10_000) }))));
	expect(readdirSync(folder)).toEqual(["ntf_0a1b.eml"]);
	expect(read("ntf_0a1b").text.trim()).toMatch(/^(\d)\1{9999}$/); // one of them, whole
});

test("what a process that died has left is swept away, and an open folder is closed to others", async () => {
	mkdirSync(folder, { recursive: true, mode: 0o755 });
	writeFileSync(join(folder, "ntf_dead.0011.tmp"), "half a ma");
	await emlFolderSender({ folder, from: FROM }).send(message());
	expect(readdirSync(folder)).toEqual(["ntf_0a1b.eml"]);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("a folder that cannot be written is transient: when it can be again, the mail goes out", async () => {
	writeFileSync(join(parent, "data"), "a file in the way");
	const sender = emlFolderSender({ folder, from: FROM });
	await expect(sender.send(message())).rejects.toMatchObject({ permanent: false });
	rmSync(join(parent, "data"));
	await sender.send(message());
	expect(readdirSync(folder)).toEqual(["ntf_0a1b.eml"]);
});

test.each([
	[{ to: "nobody" }],
	[{ to: "ana@example.com\r\nBcc: eve@example.com" }],
	[{ id: "../../escape" }],
	[{ id: "a>\r\nBcc: eve@example.com" }],
])("%j is permanent, and nothing is written", async (wrong) => {
	await expect(emlFolderSender({ folder, from: FROM }).send(message(wrong))).rejects.toMatchObject({ permanent: true });
	expect(() => readdirSync(folder)).toThrow();
});

test("no text can begin a header", async () => {
	const hostile = 'x\r\nBcc: eve@example.com\r\n\r\n<script>"';
	await emlFolderSender({ folder, from: FROM }).send(message({ subject: hostile, locale: hostile, text: hostile, html: hostile }));
	const { headers } = read("ntf_0a1b");
	expect([...headers.keys()].sort()).toEqual([
		"auto-submitted",
		"content-type",
		"date",
		"from",
		"message-id",
		"mime-version",
		"subject",
		"to",
	]);
	expect(headers.get("to")).toEqual(["ana@example.com"]);
});
