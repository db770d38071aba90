package report

import (
	"slices"

	"okno/internal/dialogue"
)

func text(kk, ru, en string) Text {
	return Text{dialogue.Kazakh: kk, dialogue.Russian: ru, dialogue.English: en}
}

// number is a figure that is a count as it is.
func number(name string, title, definition Text) Figure {
	return Figure{Name: name, Unit: Number, Of: []string{name}, Title: title, Definition: definition}
}

// share is a part of a whole.
func share(name string, of, over []string, title, definition Text) Figure {
	return Figure{Name: name, Unit: Share, Of: of, Over: over, Title: title, Definition: definition}
}

// mean is a time for each.
func mean(name string, of, over []string, title, definition Text) Figure {
	return Figure{Name: name, Unit: Seconds, Of: of, Over: over, Title: title, Definition: definition}
}

// spent is a time that is a sum.
func spent(name string, of []string, title, definition Text) Figure {
	return Figure{Name: name, Unit: Seconds, Of: of, Title: title, Definition: definition}
}

// longest is the longest time.
func longest(name string, title, definition Text) Figure {
	return Figure{Name: name, Unit: Seconds, Of: []string{name}, Title: title, Definition: definition}
}

// Reports are all reports.
var Reports = []Report{
	{
		Name: "dialogue", Title: text("Диалог және өзіне-өзі қызмет көрсету", "Диалог и самообслуживание", "Dialogue and self-service"),
		Sources: []Source{Interactions}, By: []Dimension{Day, Hour, Channel, Language, Dialogue}, Figures: ofDialogues,
	},
	{
		Name: "queues", Title: text("Кезектер", "Очереди", "Queues"),
		Sources: []Source{Contacts}, By: []Dimension{Day, Hour, Queue, Agent, Channel, Language}, Figures: ofQueues,
	},
	{
		Name: "agents", Title: text("Операторлардың уақыты", "Время операторов", "Time of agents"),
		Sources: []Source{Agents}, By: []Dimension{Day, Hour, Queue, Agent}, Figures: ofAgents,
	},
	{
		Name: "transfers", Title: text("Бағыттау", "Переводы", "Transfers"),
		Sources: []Source{Transfers}, By: []Dimension{ToQueue, Queue, Agent, Channel, Language, Day, Hour}, Figures: ofTransfers,
	},
	{
		Name: "evaluations", Title: text("Бағалау", "Оценка качества", "Evaluations"),
		Sources: []Source{Evaluations}, By: []Dimension{Queue, Agent, Channel, Language, Day}, Figures: ofEvaluations,
	},
	{
		Name: "funnel", Title: text("Диалогтан қайда шығып кетеді", "Где уходят из диалога", "Where citizens leave the dialogue"),
		Sources: []Source{Nodes}, By: []Dimension{Node, Dialogue, Channel, Language, Day}, Figures: ofNodes,
	},
	{
		Name: "services", Title: text("Сұралған қызметтер", "О каких услугах спрашивают", "What services are asked about"),
		Sources: []Source{Questions}, By: []Dimension{Service, Agency, Day, Hour, Channel, Language}, Figures: ofServices,
	},
	{
		Name: "cases", Title: text("Өтініштер", "Дела", "Cases"),
		Sources: []Source{Cases}, By: []Dimension{Day, Hour, Service, Agency}, Figures: ofCases,
	},
	{
		Name: "agencies", Title: text("Ведомстволармен алмасу", "Обмен с ведомствами", "Exchange with agencies"),
		Sources: []Source{Events, Deliveries}, By: []Dimension{Agency, Day, Hour}, Figures: ofAgencies,
	},
	{
		Name: "sms", Title: text("SMS", "SMS", "SMS"),
		Sources: []Source{Incoming, Outgoing}, By: []Dimension{Day, Hour}, Figures: ofSMS,
	},
}

var ofDialogues = []Figure{
	number("begun", text("Басталды", "Начато", "Begun"),
		text("Басталған жүгінулер: қоңыраулар, SMS және USSD әңгімелері.", "Начатые обращения: звонки, разговоры по SMS и USSD.",
			"Interactions that citizens began: calls, and conversations by SMS and USSD.")),
	number("self_served", text("Өзіне қызмет көрсетті", "Обслужили себя сами", "Self-served"),
		text("Диалогпен аяқталғандар: азаматқа сұрағаны айтылды, ол операторды сұрамады.",
			"Закончились диалогом: гражданину сообщили, о чём он спросил, и оператора он не просил.",
			"Ended with the dialogue: the citizen was told what was asked for, and asked for no operator.")),
	share("self_service_rate", []string{"self_served"}, []string{"begun", "-under_way", "-cancelled", "-dismissed", "-other"},
		text("Өзіне-өзі қызмет көрсету үлесі", "Доля самообслуживания", "Self-service rate"),
		text("Аяқталған жүгінулердің ішіндегі өзіне қызмет көрсеткендердің үлесі. Жауапқа дейін үзілген қоңыраулар мен қоқыс есепке алынбайды.",
			"Доля обслуживших себя среди законченных обращений. Звонки, сброшенные до ответа, и мусор не считаются.",
			"Self-served over those that have ended. Calls that were given up before Okno answered, and junk, are left out.")),
	number("with_operator", text("Оператормен", "С оператором", "With an operator"),
		text("Оператор азаматпен сөйлескен немесе жазысқан жүгінулер.", "Обращения, в которых оператор говорил или переписывался с гражданином.",
			"Interactions in which an operator talked or wrote with the citizen.")),
	number("unserved", text("Оператор болмады", "Без оператора", "No operator there"),
		text("Оператор сұралды, бірақ ешкім болмады; соңында диалог аяқтады.", "Оператора просили, но его не было; закончил диалог.",
			"An operator was asked for and nobody was there; the dialogue ended it.")),
	number("abandoned", text("Кезектен кетті", "Ушли из очереди", "Left the queue"),
		text("Азамат операторды күтпей кетті.", "Гражданин ушёл, не дождавшись оператора.", "The citizen left while waiting for an operator.")),
	number("left", text("Басқа жолды таңдады", "Выбрали иначе", "Chose another way"),
		text("Кезекте тұрып, қайта қоңырауды немесе СМС арқылы жауапты таңдады.", "В очереди выбрали перезвон или ответ по СМС.",
			"The citizen waited for an operator and chose a callback or an answer by SMS.")),
	number("incomplete", text("Жауапсыз кетті", "Ушли без ответа", "Left without an answer"),
		text("Азамат мәзірден немесе сұрақтан кетті: оған әлі ештеңе айтылмаған еді.", "Гражданин ушёл из меню или вопроса: ему ещё ничего не сообщили.",
			"The citizen left a menu or a question, and had been told nothing yet.")),
	number("cancelled", text("Жауапқа дейін", "До ответа", "Before the answer"),
		text("Okno жауап бергенше тұтқаны қойды.", "Положили трубку, пока Okno не ответило.", "The citizen hung up before Okno had answered.")),
	number("lost", text("Үзілді", "Оборвались", "Broke off"),
		text("Телефон жүйесі істен шығып, қоңырау үзілді.", "Звонок оборвался вместе с телефонной системой.", "The call broke off with the telephone system.")),
	number("dismissed", text("Қоқыс", "Мусор", "Junk"),
		text("Супервизор қоқыс деп жапты.", "Закрыты супервизором как мусор.", "A supervisor closed it as junk.")),
	number("other", text("Басқалары", "Прочие", "Others"),
		text("Өзгеше аяқталғандар: қайта қоңырауға жауап болмады, азамат туралы деректер өшірілген.", "Закончились иначе: обратный звонок без ответа, данные гражданина стёрты.",
			"Ended in another way: a callback that was not answered, a citizen whose data was erased.")),
	number("under_way", text("Жүріп жатыр", "Ещё идут", "Under way"),
		text("Санау кезінде аяқталмағандар.", "Не закончены к моменту подсчёта.", "Not ended when it was counted.")),
	mean("duration_mean", []string{"duration"}, []string{"begun", "-under_way"}, text("Орташа ұзақтығы", "Средняя длительность", "Mean duration"),
		text("Басынан соңына дейін, аяқталғандар бойынша. SMS әңгімесі үнсіздіктен кейін аяқталады.",
			"От начала до конца, по законченным. Разговор по SMS кончается после молчания.",
			"From begin to end, of those that have ended. A conversation by SMS ends after a silence.")),
}

var ofQueues = []Figure{
	number("offered", text("Кезекке түсті", "Встали в очередь", "Offered"),
		text("Кезекке түскен жүгінулер; шығыс қоңыраулар емес.", "Обращения, вставшие в очередь; исходящие звонки не считаются.",
			"Contacts that joined a queue; outgoing calls are none.")),
	number("answered", text("Жауап берілді", "Отвечено", "Answered"),
		text("Оператор қосылғандар.", "Соединены с оператором.", "Contacts that were connected to an operator.")),
	share("service_level", []string{"answered_in_target"}, []string{"offered", "-abandoned_short"},
		text("Қызмет көрсету деңгейі", "Уровень сервиса", "Service level"),
		text("Кезектің мақсатты уақытында (өзгеше айтылмаса, 20 секунд) жауап берілгендердің кезекке түскендерге үлесі; 5 секундтан ерте кеткендер есепке алынбайды.",
			"Отвеченные за целевое время очереди (20 с, если она не задаёт иного) ко всем вставшим в очередь; ушедшие раньше 5 с не считаются.",
			"Answered within the queue's target (20 s, unless it says otherwise) over offered; those who left within 5 s are left out.")),
	mean("asa", []string{"wait"}, []string{"answered"}, text("Орташа күту", "Среднее ожидание", "Average speed of answer"),
		text("Кезекке түскеннен алғашқы қосылуға дейін, жауап берілгендер бойынша.", "От постановки в очередь до первого соединения, по отвеченным.",
			"ASA: from joining the queue to the first connection, of those answered.")),
	{Name: "wait_p90", Unit: Seconds, Quantile: 0.9, Title: text("90% осы уақытта", "90% не дольше", "90% within"),
		Definition: text("Жауап берілгендердің 90%-ы осыдан ұзақ күтпеді: 5, 10, 20, 30, 60, 120, 300 немесе 600 секунд. Бос болса, одан да ұзақ.",
			"90% отвеченных ждали не дольше: 5, 10, 20, 30, 60, 120, 300 или 600 с. Пусто: дольше или некому.",
			"90% of those answered waited no longer than this: 5, 10, 20, 30, 60, 120, 300 or 600 s. Empty: longer, or nobody was.")},
	longest("longest_wait", text("Ең ұзақ күту", "Самое долгое ожидание", "Longest wait"),
		text("Жауап берілгендердің ең ұзақ күтуі.", "Самое долгое ожидание из отвеченных.", "The longest wait of those answered.")),
	number("abandoned", text("Күтпей кетті", "Не дождались", "Abandoned"),
		text("Ешбір оператор қосылмай тұрып кеткендер, 5 секундтан ерте кеткендермен бірге.", "Ушли до соединения, вместе с ушедшими раньше 5 с.",
			"The citizen left before an operator was there, within 5 s or later.")),
	number("abandoned_short", text("5 секундтан ерте", "Раньше 5 с", "Within 5 s"),
		text("5 секундтан ерте кеткендер.", "Ушли раньше 5 с.", "Left within 5 s.")),
	share("abandonment", []string{"abandoned", "-abandoned_short"}, []string{"offered", "-abandoned_short"},
		text("Кету үлесі", "Доля ушедших", "Abandonment"),
		text("5 секундтан кейін кеткендердің кезекке түскендерге үлесі; ерте кеткендер екі жақтан да алынады.",
			"Ушедшие после 5 с ко всем вставшим в очередь; ушедшие раньше не считаются нигде.",
			"Left after 5 s over offered; those who left earlier are left out of both.")),
	number("left", text("Басқа жолды таңдады", "Выбрали иначе", "Chose another way"),
		text("Күтудің орнына қайта қоңырауды немесе СМС арқылы жауапты таңдады.", "Вместо ожидания выбрали перезвон или ответ по СМС.",
			"The citizen chose a callback or an answer by SMS, and waited no longer.")),
	number("unreached", text("Жауап бермеді", "Не дозвонились", "Not reached"),
		text("Қайта қоңырау шалғанда азамат екі рет жауап бермеді.", "На обратный звонок гражданин дважды не ответил.",
			"The citizen was called back and did not answer, twice.")),
	number("called_in", text("Өзі қоңырау шалды", "Позвонили сами", "Called in"),
		text("Қайта қоңырауды күткен азамат өзі қоңырау шалды: сол қоңырау бөлек есептеледі.",
			"Гражданин, ждавший обратного звонка, позвонил сам: этот звонок считается отдельно.",
			"The citizen waited for a callback and called: that call counts by itself.")),
	number("nobody", text("Оператор жоқ", "Операторов нет", "Nobody on duty"),
		text("Кезекте бірде-бір оператор болмады.", "Никого, кто мог бы ответить, не было.", "Nobody was there who could take it, and nobody came.")),
	number("lost", text("Үзілді", "Оборвались", "Broke off"),
		text("Күту кезінде телефон жүйесімен бірге үзілді.", "Оборвались в ожидании вместе с телефонной системой.", "Broke off with the telephone system while they waited.")),
	number("dismissed", text("Қоқыс", "Мусор", "Junk"),
		text("Супервизор қоқыс деп жапты.", "Закрыты супервизором как мусор.", "A supervisor closed it as junk.")),
	number("outgoing", text("Шығыс қоңыраулар", "Исходящие звонки", "Outgoing calls"),
		text("Операторлар шалған қоңыраулар. Олар кезекке түспейді: кезек көрсеткіштерінен оларды тек өңделгендер, олардың уақыты мен нәтижелері санайды.",
			"Звонки, сделанные операторами. В очередь они не встают: из показателей очереди их считают только обработанные, их время и итоги.",
			"Calls that agents placed. They join no queue: of its figures only those handled, with their times and outcomes, count them.")),
	number("outgoing_answered", text("Шығыс қоңырауға жауап", "Ответили на исходящий", "Outgoing calls answered"),
		text("Азамат жауап беріп, оператормен қосылған шығыс қоңыраулар.", "Исходящие звонки, на которые гражданин ответил и соединён с оператором.",
			"Outgoing calls whose citizen answered and was connected to the operator.")),
	number("under_way", text("Жүріп жатыр", "Ещё идут", "Under way"),
		text("Санау кезінде аяқталмағандар: күтуде, әңгімеде немесе рәсімдеуде.", "Не закончены к моменту подсчёта: ждут, говорят или оформляются.",
			"Not ended when it was counted: waiting, talking or in wrap-up.")),
	number("handled", text("Өңделді", "Обработано", "Handled"),
		text("Оператор сөйлесіп, рәсімдеп біткендер.", "Разговор и оформление закончены.", "Talk and wrap-up are over.")),
	mean("aht", []string{"talk", "wrap_up"}, []string{"handled"}, text("Орташа өңдеу уақыты", "Среднее время обработки", "Average handle time"),
		text("Әңгіме, ұстап тұруымен бірге, және рәсімдеу; өңделгендер бойынша. Үзіліп, қайта қосылған әңгіме арадағы күтуді қамтиды.",
			"Разговор вместе с удержанием и оформление, по обработанным. Разговор, прерванный и продолженный, включает ожидание между.",
			"AHT: talk with its hold, and wrap-up, of those handled. A talk that broke off and went on has the wait between in it.")),
	mean("talk_mean", []string{"talk"}, []string{"handled"}, text("Әңгіме", "Разговор", "Talk"),
		text("Өңделгендердің орташа әңгімесі.", "Средний разговор из обработанных.", "Mean talk of those handled.")),
	mean("wrap_up_mean", []string{"wrap_up"}, []string{"handled"}, text("Рәсімдеу", "Оформление", "Wrap-up"),
		text("Өңделгендердің орташа рәсімделуі.", "Среднее оформление из обработанных.", "Mean wrap-up of those handled.")),
	share("resolved_rate", []string{"resolved"}, []string{"handled"}, text("Шешілді", "Решено", "Filed as resolved"),
		text("Оператор «шешілді» немесе «ақпарат берілді» деп жапқандардың үлесі. Бұл оператордың сөзі: азамат қайта жүгінбеді деген сөз емес.",
			"Доля закрытых оператором как «решено» или «проинформирован». Это слово оператора: не значит, что гражданин не обратился снова.",
			"Filed by the operator as resolved or informed, over handled. The operator's word: not that the citizen never came back.")),
	number("not_given", text("Нәтижесі жазылмады", "Без итога", "Outcome not given"),
		text("Рәсімдеу уақыты біткенше оператор міндетті нәтижені таңдамаған.", "Оператор не выбрал обязательный итог, пока не кончилось время оформления.",
			"The queue requires an outcome, and the time of the wrap-up ended without one.")),
	number("marked", text("Бағаланды", "Оценено", "Marked"),
		text("Әңгімеден кейін азамат баға қойған байланыстар.", "Контакты, после которых гражданин поставил оценку.", "Contacts whose citizen gave a mark after the talk.")),
	share("satisfied", []string{"marked_well"}, []string{"marked"}, text("Риза", "Довольны", "Satisfied"),
		text("Бағаланғандардан 4 және 5.", "Оценки 4 и 5 из поставленных.", "Marks of 4 and 5, of those given.")),
	share("poor_sound", []string{"poor_sound"}, []string{"measured"}, text("Байланыс нашар", "Плохая связь", "Poor sound"),
		text("Өңделген әңгімелердің ішінде кемінде бір тарабының MOS бағасы 3,1-ден төмен болғандары; сапасы өлшенгендер бойынша.",
			"Разговоры из обработанных, в которых оценка MOS хотя бы одной стороны ниже 3,1; по тем, чьё качество измерено.",
			"Talks of those handled in which the MOS of a leg is below 3.1, over those whose quality was measured.")),
	share("first_contact_resolution", []string{"resolved", "-returned"}, []string{"handled"},
		text("Бірінші жүгінуден шешілді", "Решено с первого обращения", "First-contact resolution"),
		text("Оператор шешілді деп жапқан және азамат 7 күн ішінде қайта кезекке тұрмаған жүгінулердің үлесі. Соңғы апта үшін әлі азаюы мүмкін.",
			"Доля тех, кого оператор закрыл как решённых и кто за 7 дней не встал в очередь снова. За последнюю неделю ещё может уменьшиться.",
			"Filed as resolved or informed, and the citizen joined no queue again within 7 days, over handled. Of the last week it may still fall.")),
}

var ofNodes = []Figure{
	number("visits", text("Келді", "Пришли", "Came here"),
		text("Диалог осы түйінде кемінде бір рет тоқтаған жүгінулер.", "Обращения, в которых диалог хотя бы раз остановился здесь.",
			"Interactions in which the dialogue stopped here at least once: it waited for the citizen, or ended.")),
	number("stops", text("Тоқтады", "Остановки", "Stops"),
		text("Диалогтың осы түйінде тоқтауы, қайталаумен бірге.", "Остановки диалога здесь, вместе с повторами.", "Stops of the dialogue here, repetitions included.")),
	number("left", text("Соңғы тоқтау", "Последняя остановка", "Last stop"),
		text("Осы түйін соңғы болған аяқталған жүгінулер.", "Законченные обращения, для которых этот узел последний.",
			"Interactions that have ended, and whose last stop was here.")),
	number("finished", text("Диалог аяқталды", "Диалог закончился", "Finished"),
		text("Оның ішінде диалог осы түйінде өзі аяқталғандар.", "Из них диалог закончился здесь сам.", "Of these, the dialogue ended here by itself.")),
	number("left_with_operator", text("Операторға", "К оператору", "To an operator"),
		text("Оның ішінде оператормен сөйлескендер.", "Из них говорили с оператором.", "Of these, an operator talked or wrote with the citizen.")),
	number("gave_up", text("Кетіп қалды", "Ушли", "Gave up"),
		text("Оның ішінде қалғандары: азамат тұтқаны қойды, үндемей қалды немесе жазбай кетті. Керегін естіген адам да осылай кетеді.",
			"Остальные из них: гражданин положил трубку, замолчал или перестал писать. Так уходит и тот, кто услышал нужное.",
			"The rest of these: the citizen hung up, fell silent or wrote no more. Whoever has heard enough leaves like that, too.")),
	share("gave_up_rate", []string{"gave_up"}, []string{"visits"}, text("Кету үлесі", "Доля ушедших", "Gave up of those who came"),
		text("Осында кеткендердің келгендерге үлесі.", "Ушедшие здесь к пришедшим.", "Gave up here over came here.")),
	number("gave_up_unanswered", text("Жауапсыз", "Без ответа", "Without an answer"),
		text("Кеткендердің ішінде әлі ештеңе айтылмағандар.", "Из ушедших те, кому ещё ничего не сообщили.", "Of those who gave up, who had been told nothing.")),
	number("gave_up_waiting", text("Күтпей", "Не дождавшись", "While waiting"),
		text("Кеткендердің ішінде операторды күтпегендер немесе байланысы үзілгендер.", "Из ушедших не дождались оператора или оборвались.",
			"Of those who gave up, who waited for an operator, or whose call broke off.")),
}

var ofServices = []Figure{
	number("asked", text("Сұралды", "Спросили", "Asked"),
		text("Каталогқа қойылған сұрақтар.", "Вопросы к каталогу.", "Questions to the catalogue.")),
	number("found", text("Табылды", "Найдено", "Found"),
		text("Қызмет табылған сұрақтар.", "Вопросы, на которые ответила услуга.", "Questions that a service answered.")),
	number("vain", text("Табылмады", "Напрасно", "In vain"),
		text("Ештеңе табылмаған сұрақтар.", "Вопросы, на которые ничего не нашлось.", "Questions that nothing answered.")),
	share("vain_rate", []string{"vain"}, []string{"asked"}, text("Табылмау үлесі", "Доля напрасных", "In vain of all"),
		text("Ештеңе табылмағандардың барлық сұрақтарға үлесі.", "Напрасные ко всем вопросам.", "In vain over asked.")),
}

var ofCases = []Figure{
	number("opened", text("Ашылды", "Открыто", "Opened"), text("Тіркелген істер.", "Зарегистрированные дела.", "Cases that were registered.")),
	number("opened_by_citizen", text("Азамат", "Гражданином", "By the citizen"),
		text("Азамат диалогта ашқандар.", "Открыты гражданином в диалоге.", "Opened by the citizen in the dialogue.")),
	number("opened_by_operator", text("Оператор", "Оператором", "By an operator"),
		text("Оператор ашқандар.", "Открыты оператором.", "Opened by an operator.")),
	number("opened_by_client", text("API", "По API", "By API"),
		text("Порталдар мен басқа жүйелер ашқандар.", "Открыты порталами и другими системами.", "Opened by portals and other systems.")),
	number("callbacks", text("Кері қоңыраулар", "Обратные звонки", "Callbacks"),
		text("Ашылғандардың ішіндегі кері қоңырау сұраулары.", "Из открытых: просьбы перезвонить.", "Of those opened, requests to be called back.")),
	number("appeals", text("Шағымдар", "Жалобы и обращения", "Appeals"), text("Ашылғандардың ішіндегі шағымдар.", "Из открытых: обращения и жалобы.", "Of those opened, appeals.")),
	number("applications", text("Өтінімдер", "Заявления", "Applications"), text("Ашылғандардың ішіндегі өтінімдер.", "Из открытых: заявления.", "Of those opened, applications.")),
	number("inquiries", text("Сұраулар", "Запросы", "Inquiries"), text("Ашылғандардың ішіндегі сұраулар.", "Из открытых: запросы.", "Of those opened, inquiries.")),
	number("appointments", text("Жазылулар", "Записи на приём", "Appointments"),
		text("Ашылғандардың ішіндегі қабылдауға жазылулар.", "Из открытых: записи на приём.", "Of those opened, appointments.")),
	number("settled", text("Шешілді", "Решено", "Settled"),
		text("Дайын, жабылған, бас тартылған немесе қайтарып алынған күйге бірінші рет өткен істер; қайта ашылғаны қайта есептеледі.",
			"Дела, впервые ставшие готовыми, закрытыми, отклонёнными или отозванными; открытое снова считается снова.",
			"Cases that became ready, closed, rejected or withdrawn; one that was reopened counts again.")),
	mean("settling_mean", []string{"settling"}, []string{"settled"}, text("Шешілу уақыты", "Время решения", "Time to settle"),
		text("Ашылғаннан немесе қайта ашылғаннан шешілгенге дейінгі уақыт, күнтізбе бойынша. Жұмыс уақыты емес.",
			"От открытия или нового открытия до решения, по часам. Не рабочее время.",
			"From the opening, or the last reopening, to the settlement, by the clock on the wall: no business calendar is in it.")),
	number("closed", text("Жабылды", "Закрыто", "Closed"), text("Жабылған күйге өту.", "Переходы в «закрыто».", "Moves to closed.")),
	number("rejected", text("Бас тартылды", "Отклонено", "Rejected"), text("Бас тартылған күйге өту.", "Переходы в «отклонено».", "Moves to rejected.")),
	number("withdrawn", text("Қайтарылды", "Отозвано", "Withdrawn"), text("Қайтарып алынған күйге өту.", "Переходы в «отозвано».", "Moves to withdrawn.")),
	number("reopened", text("Қайта ашылды", "Открыто снова", "Reopened"),
		text("Шешілгеннен кейін қайта ашылғандар.", "Открыты снова после решения.", "Opened anew after they were settled.")),
	number("escalated", text("Эскалация", "Эскалации", "Escalated"),
		text("Мерзім бойынша іске қосылған эскалация деңгейлері.", "Сработавшие по сроку уровни эскалации.", "Levels of escalation that acted because of a term.")),
	number("agency_moves", text("Ведомство жылжытты", "Двигали ведомства", "Moved by agencies"),
		text("Ведомстволар жылжытқан қадамдар.", "Шаги, сделанные ведомствами.", "Moves that agencies made.")),
	mean("silence_mean", []string{"silence"}, []string{"agency_moves"}, text("Үнсіздік", "Молчание", "Silence"),
		text("Ведомство жылжытқанға дейін істің соңғы хабары қанша ескірді: азамат сол уақыт бойы бір жауапты естіді.",
			"Насколько устарело последнее известие о деле, когда ведомство его подвинуло: столько гражданин слышал одно и то же.",
			"How old the last word on a case was when its agency moved it: for so long the citizen heard the same.")),
	longest("longest_silence", text("Ең ұзақ үнсіздік", "Самое долгое молчание", "Longest silence"),
		text("Солардың ең ұзағы.", "Самое долгое из них.", "The longest of these.")),
}

var ofAgencies = []Figure{
	number("events", text("Хабарлар", "Сообщения", "Events"), text("Ведомстводан келген хабарлар.", "События, полученные от ведомства.", "Events that the agency reported.")),
	number("events_applied", text("Қолданылды", "Применено", "Applied"), text("Істі жылжытқандар.", "Передвинули дело.", "Events that moved a case.")),
	number("events_late", text("Кешікті", "Опоздали", "Late"), text("Жаңарағы қолданылып қойғандар.", "Новее уже применено.", "A newer one had been applied.")),
	number("events_repeated", text("Қайталанды", "Повторы", "Repeated"), text("Бұрын алынған хабардың қайталануы.", "Повторы полученных раньше.", "Repetitions of what was received before.")),
	number("events_refused", text("Қабылданбады", "Отклонено", "Refused"),
		text("Қайшы, мүмкін емес немесе белгісіз іс туралы хабарлар.", "Противоречивые, невозможные или о неизвестном деле.", "Contradictory, impossible, or of an unknown case.")),
	mean("lag_mean", []string{"lag"}, []string{"events_applied"}, text("Ескілігі", "Давность", "Staleness"),
		text("Қолданылған хабардың болған уақытынан алынған уақытына дейін, ведомствоның сағатымен.", "От события по часам ведомства до получения, по применённым.",
			"From when it happened, by the agency's clock, to when it was received, of those applied.")),
	longest("longest_lag", text("Ең ескісі", "Самое давнее", "Stalest"), text("Қолданылғандардың ең ескісі.", "Самое давнее из применённых.", "The stalest of those applied.")),
	number("told", text("Жіберілді", "Сообщено", "Told"), text("Ведомствоға жіберілуге тиіс хабарлар.", "Что надо сообщить ведомству.", "What is to be told to the agency.")),
	number("taken", text("Қабылдады", "Принято", "Taken"), text("Ведомство қабылдағандары.", "Ведомство приняло.", "What the agency has taken.")),
	mean("taking_mean", []string{"taking"}, []string{"taken"}, text("Жауап беру уақыты", "Время ответа", "Time to answer"),
		text("Ведомство жүйесінің сәтті жауабына дейін.", "До ответа системы ведомства, удачная попытка.", "Until the agency's system answered, of the attempt that succeeded.")),
	mean("delay_mean", []string{"delay"}, []string{"taken"}, text("Кідіріс", "Задержка", "Delay"),
		text("Істің жылжуынан ведомство қабылдағанға дейін, қайталаулармен бірге.", "От движения дела до приёма ведомством, вместе с повторами.",
			"From the case's move until the agency took it, with all attempts.")),
	number("attempts_failed", text("Сәтсіз әрекеттер", "Неудачные попытки", "Failed attempts"),
		text("Сәтсіз аяқталған жіберу әрекеттері.", "Неудавшиеся попытки сообщить.", "Attempts to tell that failed.")),
	number("given_up", text("Тоқтатылды", "Брошено", "Given up"), text("Бірнеше күннен кейін тоқтатылғандар.", "Брошены после нескольких дней.", "Given up after days of attempts.")),
	number("undelivered", text("Күтуде", "Ждёт", "Waiting"), text("Санау кезінде қабылданбағандар.", "Не приняты к моменту подсчёта.", "Not taken when it was counted.")),
}

var ofSMS = []Figure{
	number("received", text("Келді", "Получено", "Received"), text("Азаматтардан келген SMS.", "SMS от граждан.", "SMS from citizens.")),
	number("received_parts", text("Бөліктері", "Их частей", "Their parts"), text("Келген SMS бөліктері.", "Части полученных SMS.", "Parts of those received.")),
	number("flood", text("Тасқын", "Сверх меры", "Over the limit"), text("Шектен асып, жауапсыз қалғандар.", "Сверх предела, без ответа.", "Over a citizen's limit: kept, and not answered.")),
	number("unprocessed", text("Өңделмеді", "Не обработано", "Not handled"),
		text("Санау кезінде өңделмегендер немесе өңдеуге болмайтындар.", "Не обработаны к моменту подсчёта или не могут быть.", "Not handled when it was counted, or not to be handled.")),
	number("sent", text("Жазылды", "Написано", "Written"), text("Азаматтарға жазылған SMS.", "SMS гражданам.", "SMS to citizens.")),
	number("sent_otp", text("Құпиясөздер", "Пароли", "Passwords"), text("Бір реттік құпиясөздер.", "Одноразовые пароли.", "One-time passwords.")),
	number("sent_reply", text("Жауаптар", "Ответы", "Replies"), text("Жауаптар.", "Ответы.", "Replies.")),
	number("sent_notice", text("Хабарламалар", "Уведомления", "Notices"), text("Хабарламалар.", "Уведомления.", "Notices.")),
	number("segments", text("Сегменттер", "Сегментов", "Segments"), text("Жазылғандардың сегменттері: оператор соларды санайды.", "Сегменты написанных: их считает оператор связи.",
		"Segments of those written: what the operator counts.")),
	number("delivered", text("Жетті", "Доставлено", "Delivered"), text("Жеткізілген сегменттер.", "Доставленные сегменты.", "Segments delivered.")),
	share("delivery_rate", []string{"delivered"}, []string{"segments", "-queued", "-unreported"}, text("Жеткізу үлесі", "Доля доставленных", "Delivery rate"),
		text("Нәтижесі белгілі сегменттердің ішіндегі жеткендердің үлесі.", "Доля доставленных среди сегментов с известным исходом.",
			"Delivered over the segments of which the outcome is known.")),
	number("undeliverable", text("Жетпеді", "Недоставляемо", "Undeliverable"), text("Оператор жеткізе алмады деді.", "Оператор сообщил: не доставить.", "The operator says that it cannot be delivered.")),
	number("expired", text("Мерзімі өтті", "Истекло", "Expired"), text("Мерзімі өткен сегменттер.", "Сегменты, срок которых истёк.", "Segments past their time.")),
	number("failed", text("Қабылданбады", "Не принято", "Failed"), text("Оператор қабылдамаған сегменттер.", "Оператор не принял.", "Segments that the operator refused.")),
	number("unknown", text("Белгісіз", "Неизвестно", "Unknown"), text("Байланыс үзіліп, нәтижесі белгісіз қалғандар.", "Связь оборвалась, исход неизвестен.", "The link broke before an answer.")),
	number("unreported", text("Есепсіз", "Без отчёта", "Without a receipt"), text("Оператор қабылдады, есеп келмеді.", "Принято оператором, отчёта нет.", "Accepted, and no receipt has come.")),
	number("queued", text("Кезекте", "В очереди", "Queued"), text("Санау кезінде жіберілмегендер.", "Не отправлены к моменту подсчёта.", "Not submitted when it was counted.")),
}

// handling and reserved are times in which an agent has a contact.
var (
	handling = []string{"talking", "wrap_up"}
	reserved = []string{"ringing", "offered"}
	pausing  = []string{"paused_break", "paused_lunch", "paused_training", "paused_paperwork", "paused_not_responding", "paused_other"}
)

var ofAgents = []Figure{
	share("occupancy", handling, append(slices.Clone(handling), "available"), text("Жүктеме", "Занятость", "Occupancy"),
		text("Әңгіме мен рәсімдеудің олар және бос күту уақытының қосындысына үлесі. Ұсыныс, қоңырау соғу және үзіліс екі жақта да есептелмейді.",
			"Разговор и оформление к ним же и к ожиданию в готовности. Предложения, звонок на телефон и перерывы не считаются нигде.",
			"Talk and wrap-up over these and the time available. Offers, ringing and pauses are left out of both.")),
	share("capacity_used", []string{"used"}, slices.Concat(handling, reserved, []string{"available"}),
		text("Сыйымдылық", "Занятая ёмкость", "Capacity in use"),
		text("Жүгінулер алған орынның оператор сыйымдылығына үлесі, үзілістерсіз: бір қоңырау — бәрі, бір SMS әңгімесі — бір бөлігі.",
			"Какую часть ёмкости занимают обращения, без перерывов: звонок занимает всю, разговор по SMS — часть.",
			"The part of the agents' capacity that contacts take, pauses left out: a call takes all of it, a conversation by SMS a part.")),
	spent("present", spentOn, text("Жұмыс орнында", "На месте", "Present"),
		text("Кезекшілікте және жұмыс үстелі қосулы уақыт, не телефондағы әңгіме. Үстел үзілсе, бір минуттан кейін есептелмейді. "+
			"Бірнеше кезекке қызмет ететін оператордың бос уақыты олардың арасында тең бөлінеді; жүгіну уақыты оның кезегіне тиесілі.",
			"На смене и с подключённым рабочим столом, или в разговоре по телефону. Пропавший стол не считается через минуту. "+
				"Свободное время того, кто обслуживает несколько очередей, делится между ними поровну; время обращения — его очереди.",
			"On duty with a connected desk, or in a talk on the telephone. A desk that vanishes counts for up to a minute. The time of an agent "+
				"who has no contact belongs to the queues that the agent serves in equal parts; that of a contact to its queue.")),
	spent("talking", []string{"talking"}, text("Әңгіме", "Разговор", "Talking"),
		text("Кемінде бір азаматпен сөйлесті немесе жазысты, күттірумен бірге; кеңес бергені де.",
			"Говорили или переписывались хотя бы с одним гражданином, с удержанием; и консультация коллеги.",
			"Talking or writing with at least one citizen, hold included; or helping a colleague who does.")),
	spent("wrap_up", []string{"wrap_up"}, text("Рәсімдеу", "Оформление", "Wrap-up"),
		text("Әңгіме жоқ, рәсімдеу бар.", "Оформление, когда разговора нет.", "A wrap-up, and no talk.")),
	spent("ringing", []string{"ringing"}, text("Телефон соғылуда", "Звонок на телефон", "Ringing"),
		text("Қабылдаған соң қосылғанға дейін.", "От принятия до соединения.", "From accepting to the connection.")),
	spent("offered", []string{"offered"}, text("Ұсыныс", "Предложение", "Offered"),
		text("Ұсынысқа жауап берілмеген.", "Предложение без ответа.", "An offer that is not answered.")),
	spent("available", []string{"available"}, text("Дайын", "Готовность", "Available"),
		text("Дайын және жүгінусіз.", "Готовность без обращений.", "Available, and without a contact.")),
	spent("paused", pausing, text("Үзіліс", "Перерыв", "Paused"),
		text("Себебіне қарамай, жүгінусіз үзіліс.", "Перерыв без обращений, с любой причиной.", "Paused for any reason, and without a contact.")),
	spent("paused_break", []string{"paused_break"}, text("Демалыс", "Отдых", "Break"), text("Үзіліс: демалыс.", "Перерыв: отдых.", "Paused: a break.")),
	spent("paused_lunch", []string{"paused_lunch"}, text("Түскі ас", "Обед", "Lunch"), text("Үзіліс: түскі ас.", "Перерыв: обед.", "Paused: lunch.")),
	spent("paused_training", []string{"paused_training"}, text("Оқу", "Обучение", "Training"), text("Үзіліс: оқу.", "Перерыв: обучение.", "Paused: training.")),
	spent("paused_paperwork", []string{"paused_paperwork"}, text("Қағаз жұмысы", "Документы", "Paperwork"),
		text("Үзіліс: қағаз жұмысы.", "Перерыв: работа с документами.", "Paused: paperwork.")),
	spent("paused_not_responding", []string{"paused_not_responding"}, text("Жауап бермейді", "Не отвечает", "Not responding"),
		text("Үзіліс: ұсынысқа немесе телефонға жауап бермеген.", "Перерыв: не ответили на предложение или телефон.",
			"Paused by Okno: an offer or the telephone was not answered.")),
	spent("paused_other", []string{"paused_other"}, text("Басқа себеп", "Другая причина", "Another reason"),
		text("Үзіліс: себебі айтылмаған.", "Перерыв: причина не названа.", "Paused: no reason was given.")),
}

var ofTransfers = []Figure{
	number("transfers", text("Бағытталды", "Переведено", "Transfers"),
		text("Оператор әңгімені басқаға берді, оны біреу алса да, алмаса да. Кезегі жоқ жол — сырттағы телефонға.",
			"Оператор передал разговор дальше, взял его кто-нибудь или нет. Строка без очереди — на внешний телефон.",
			"An agent passed the talk on, whether or not somebody took it. A line without a queue is of telephones outside.")),
	number("to_queues", text("Кезекке", "В очередь", "To a queue"), text("Кезектің басына.", "В начало очереди.", "To the front of a queue.")),
	number("to_agents", text("Операторға", "Оператору", "To an agent"),
		text("Бір операторға; ол алмаса, кезек қалады.", "Одному оператору; если не возьмёт, остаётся очередь.", "To one agent; the queue remains if that one does not take it.")),
	number("to_outside", text("Сыртқа", "Наружу", "Outside"), text("Сырттағы телефонға.", "На внешний телефон.", "To a telephone outside.")),
	number("asked_before", text("Кеңестен кейін", "После консультации", "After a consultation"),
		text("Алдымен алушымен сөйлескендер.", "Сначала поговорили с тем, кому передали.", "Whoever took it was asked before.")),
}

var ofEvaluations = []Figure{
	number("evaluated", text("Бағаланды", "Оценено", "Evaluated"),
		text("Супервайзер парақ бойынша бағалаған жүгінулер, бағаланған күні бойынша.", "Обращения, которые супервайзер оценил по листу, по дню оценки.",
			"Contacts that a supervisor evaluated by a form, on the day of the evaluation.")),
	share("score_mean", []string{"earned"}, []string{"possible"}, text("Орташа баға", "Средняя оценка", "Mean score"),
		text("Бағалардың орташасы. Бірде-бір сұрағы қатысты болмаған жүгінулер есептелмейді.", "Среднее оценок. Обращения, к которым не относился ни один вопрос, не считаются.",
			"The mean of the scores. Contacts to which no question applied are left out.")),
	number("replied", text("Оператор жауап берді", "Оператор ответил", "Replied"),
		text("Бағаға оператор жауап бергендер.", "Оценки, на которые оператор ответил.", "Evaluations to which the agent has replied.")),
	number("disagreed", text("Келіспеді", "Не согласен", "Disagreed"),
		text("Олардың ішінде оператор келіспегендер.", "Из них те, с которыми оператор не согласен.", "Of these, those with which the agent does not agree.")),
}
