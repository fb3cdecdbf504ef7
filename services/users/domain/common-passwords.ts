/** Words that most common passwords consist of. */
export const COMMON_WORDS: readonly string[] = (
	"password passwort passw0rd p@ssword p@ssw0rd contrasena motdepasse iloveyou teamo qwerty azerty qwertz letmein welcome bienvenido admin administrator " +
	"root login access changeme default monkey dragon football baseball basketball princess sunshine superman batman trustno1 master shadow michael jordan " +
	"starwars whatever hello freedom summer winter spring autumn computer internet samsung google facebook liverpool chelsea barcelona tianguis"
).split(" ");

/** Long passwords from the top of published lists, in lower case. */
export const COMMON_PHRASES: ReadonlySet<string> = new Set([
	"correcthorsebatterystaple",
	"correct horse battery staple",
	"thequickbrownfox",
	"thequickbrownfoxjumps",
	"thequickbrownfoxjumpsoverthelazydog",
	"the quick brown fox jumps over the lazy dog",
	"maytheforcebewithyou",
	"loremipsumdolor",
	"loremipsumdolorsitamet",
	"supercalifragilisticexpialidocious",
	"allyourbasearebelongtous",
	"tobeornottobethatisthequestion",
	"iamthepasswordmaster",
	"thisismypassword",
	"thisisapassword",
	"thisismypassword1",
	"thisisnotapassword",
	"thispasswordissecure",
	"mypasswordispassword",
	"iforgotmypassword",
	"iforgotthepassword",
	"youwillneverguess",
	"youllneverwalkalone",
	"iloveyouforever",
	"iloveyousomuch",
	"iloveyouverymuch",
	"ilovemyboyfriend",
	"ilovemygirlfriend",
	"ilovemyhusband",
	"ilovemychildren",
	"jesuslovesmeforever",
	"openupthedoorplease",
	"letmeinpleasenow",
	"nevergonnagiveyouup",
	"avengersassemble",
	"chelseafootballclub",
	"manchesterunited",
	"manchesterunited1",
	"realmadridbarcelona",
	"rafaelmontesinos",
	"administratorpassword",
	"rootrootrootroot",
	"changemechangeme",
	"changethispassword",
	"pleasechangeme123",
	"passwordforadmin",
]);

/** Rows of keyboards and other orders that fingers follow; each is followed backwards too. */
const ROWS = [
	"abcdefghijklmnopqrstuvwxyz",
	"01234567890",
	"1234567890-=",
	"!@#$%^&*()_+",
	'!"#$%&/()=',
	"qwertyuiop[]",
	"asdfghjkl;'",
	"zxcvbnm,./",
	"azertyuiop",
	"qsdfghjklm",
	"wxcvbn",
	"qwertzuiop",
	"yxcvbnm",
	"asdfghjklñ",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p",
	"1q2w3e4r5t6y7u8i9o0p",
	"q1w2e3r4t5y6u7i8o9p0",
	"qazwsxedcrfvtgbyhnujmikolp",
	"147258369",
	"14789632",
];

export const RUNS: readonly string[] = ROWS.flatMap((row) => [row, [...row].reverse().join("")]);
