import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readMails } from "@tests/support/mail";
import { mboxFolderSender } from "./mbox-folder";
import type { EmailMessage } from "./port";

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
let now: number;
beforeEach(() => {
	parent = mkdtempSync(join(tmpdir(), "mbox-"));
	folder = join(parent, "data", "mail");
	now = Date.parse("2026-11-24T23:59:59.000Z");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const TODAY = "2026-11-24.mbox";
const sender = () => mboxFolderSender({ folder, from: "Tianguis <shop@tianguis.example>", clock: () => now });
const ids = () => readMails(folder).map(({ headers }) => headers.get("message-id")?.[0]?.replace(/^<(.*)@.*$/, "$1"));

test("a mail is appended to the file of its day with both parts, readable only by its owner", async () => {
	await sender().send(message());
	expect(readdirSync(folder)).toEqual([TODAY]);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(statSync(join(folder, TODAY)).mode & 0o777).toBe(0o600);
	const [mail, ...others] = readMails(folder);
	expect(others).toEqual([]);
	expect(mail?.headers.get("subject")).toEqual(["Año nuevo"]);
	expect(mail?.headers.get("to")).toEqual(["ana@example.com"]);
	expect(mail?.headers.get("message-id")).toEqual(["<ntf_0a1b@tianguis.example>"]);
	expect(mail?.headers.get("date")).toEqual(["Tue, 24 Nov 2026 23:59:59 +0000"]);
	expect(mail?.text.trim()).toBe("¡Hola!");
	expect(mail?.html.trim()).toBe("<p>¡Hola!</p>");
});

test("the next day uses a new file, and other files in the folder are kept", async () => {
	mkdirSync(folder, { recursive: true, mode: 0o755 });
	writeFileSync(join(folder, "ntf_old.eml"), "an old mail");
	const one = sender();
	await one.send(message({ id: "ntf_1" }));
	now += 1_000;
	await one.send(message({ id: "ntf_2" }));
	expect(readdirSync(folder).sort()).toEqual([TODAY, "2026-11-25.mbox", "ntf_old.eml"]);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(ids()).toEqual(["ntf_1", "ntf_2"]);
});

test("concurrent mails of several processes are each written once and complete", async () => {
	const text = (n: number): string => `From ${n}\n>From ${n}\n${String(n).repeat(20_000)}\n`;
	const senders = [sender(), sender(), sender()];
	const numbers = Array.from({ length: 60 }, (_, n) => n);
	await Promise.all(numbers.map((n) => senders[n % 3]!.send(message({ id: `ntf_${n}`, text: text(n) }))));
	expect(ids().sort()).toEqual(numbers.map((n) => `ntf_${n}`).sort());
	expect(
		readMails(folder)
			.map((mail) => mail.text)
			.sort(),
	).toEqual(numbers.map(text).sort());
});

test("a mail that is sent again appears twice with the same Message-ID", async () => {
	await sender().send(message());
	await sender().send(message());
	expect(ids()).toEqual(["ntf_0a1b", "ntf_0a1b"]);
});

test("a torn record does not affect other mails", async () => {
	await sender().send(message({ id: "ntf_1" }));
	const path = join(folder, TODAY);
	const { size } = statSync(path);
	await sender().send(message({ id: "ntf_2", text: "From x\n" }));
	const whole = readFileSync(path);
	const end = whole.length - "\n\n".length; // the terminator is not part of the mail
	const cuts = Array.from({ length: 40 }, (_, n) => size + Math.floor((n * (end - size)) / 40));
	for (const cut of [...cuts, end - 1, end, end + 1]) {
		writeFileSync(path, whole);
		truncateSync(path, cut);
		await sender().send(message({ id: "ntf_3" }));
		expect({ cut, ids: ids() }).toEqual({ cut, ids: cut < end ? ["ntf_1", "ntf_3"] : ["ntf_1", "ntf_2", "ntf_3"] });
	}
});

test("zeros left by a power cut do not affect other mails", async () => {
	await sender().send(message({ id: "ntf_1" }));
	appendFileSync(join(folder, TODAY), Buffer.alloc(4_096));
	await sender().send(message({ id: "ntf_2" }));
	expect(ids()).toEqual(["ntf_1", "ntf_2"]);
});

test("an unwritable folder is a transient error, and mails are sent once it is writable", async () => {
	writeFileSync(join(parent, "data"), "a file in the way");
	const one = sender();
	await expect(one.send(message())).rejects.toMatchObject({ permanent: false });
	rmSync(join(parent, "data"));
	await one.send(message());
	expect(ids()).toEqual(["ntf_0a1b"]);
	rmSync(folder, { recursive: true });
	await expect(one.send(message())).rejects.toMatchObject({ permanent: false });
	await one.send(message());
	expect(ids()).toEqual(["ntf_0a1b"]);
});

test.each([[{ to: "nobody" }], [{ to: "ana@example.com\r\nBcc: eve@example.com" }], [{ id: "../../escape" }]])(
	"%j is rejected permanently, and nothing is written",
	async (wrong) => {
		await expect(sender().send(message(wrong))).rejects.toMatchObject({ permanent: true });
		expect(() => readdirSync(folder)).toThrow();
	},
);
