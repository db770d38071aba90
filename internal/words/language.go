package words

import "strings"

// Words by which a language is told, folded. Each is of one language only, and common in what citizens ask.
const (
	kazakhWords = `кайдан кайда калай керек кажет алуга алу алсам алам аламын болады бола болама болмаи бар жок кандаи кашан канша неше ушин
 менин маган мен сиз сизге бала балам балама баламнын туралы куалик куалигин аныктама кужат кужаттар кужаттары кызмет кызметтер тиркеу
 тиркелу жане немесе екен емес деген барады барамын берет береди бериниз жазыныз айтыныз жоспар уи уиди пәтер некени неке туу туган
 калды келди келмеди шыкты шыкпады жатыр истеу жасау рахмет рахмети салем саламатсыз отинем отиниш отинишим сураныс жумыс кун куни ай жыл
 аты атын ауыстыру тегин акша толем тапсыру тапсырдым азамат жеке мекенжаи соттылык сотталмаган арыз шагым дайын кашанга орталык`
	russianWords = `где как что для мне меня мой моя мое мои вы у и в на с по не нет есть это этот или если когда какие какой какая куда почему
 получить нужно надо можно справка справку справки паспорт удостоверение свидетельство документ документы заявление номер дело здравствуйте
 спасибо пожалуйста хочу о об от до за из к судимости несудимости рождении браке сколько стоит срок готов готово узнать подать оформить`
	englishWords = `the of how where what when is are a an my me i do does to for in on and or not can get need want please thanks hello certificate
 passport case number status service help about with from your you birth marriage divorce record address property office name`
)

var (
	kazakhSet, kazakhSounds   = wordSet(kazakhWords)
	russianSet, russianSounds = wordSet(russianWords)
	englishSet, _             = wordSet(englishWords)
)

func wordSet(list string) (folded, sounds map[string]bool) {
	folded, sounds = map[string]bool{}, map[string]bool{}
	for _, word := range strings.Fields(list) {
		folded[Fold(word)] = true
		for _, sound := range Sounds(word) {
			if len(sound) > 2 { // of short ones every language has some
				sounds[sound] = true
			}
		}
	}
	return folded, sounds
}

// LanguageOf tells the language of a text by its letters and by common words, also where Kazakh is written without its letters,
// or either language in Latin ones: "kk", "ru" or "en"; "" where nothing tells.
func LanguageOf(s string) string {
	var kk, ru, en, cyrillic, latin int
	for _, r := range s {
		switch {
		case r < 0x80:
			if 'a' <= r|0x20 && r|0x20 <= 'z' {
				latin++
			}
		case isKazakh(r):
			return "kk"
		case 0x400 <= r && r < 0x530:
			cyrillic++
		}
	}
	if cyrillic == 0 && latin == 0 {
		return ""
	}
	for _, word := range All(s) {
		if cyrillic >= latin {
			word = Fold(word)
			kk, ru = kk+count(kazakhSet[word]), ru+count(russianSet[word])
			continue
		}
		en += count(englishSet[strings.ToLower(word)])
		word = Sound(word)
		kk, ru = kk+count(kazakhSounds[word]), ru+count(russianSounds[word])
	}
	switch {
	case kk > ru && kk > en:
		return "kk"
	case cyrillic >= latin:
		return "ru"
	case ru > en:
		return "ru"
	}
	return "en"
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
