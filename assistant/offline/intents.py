"""What a passage asks for: approval, status, a comparison, knowledge, something we do not do."""

import re
from collections.abc import Iterator

from assistant.offline.meaning import Intent
from assistant.offline.reading import Mood, Passage


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])")


OUT_OF_SCOPE = _pattern(
    r"weather|forecast for|poems?|haiku|songs?|lyrics|recipes?|cook\w*|football|soccer|"
    r"world cup|movies?|horoscope|bitcoin|crypto price|stock (?:price|market|tip)s?|"
    r"book (?:me )?(?:a|the) (?:flight|hotel|table|room)|flight to|president|prime "
    r"minister|capital (?:city )?of|homework|essay|translate (?:this|the|to|into|from)|"
    r"love letter|write (?:me )?(?:a|an|some) (?:poem|song|story|essay|email|letter|"
    r"novel|game|website|joke|blog\w*)|tell (?:me )?(?:a|another) (?:joke|story)|"
    r"(?:ignore|disregard|forget|override|bypass) (?:all |any |your |the |previous |"
    r"prior |above |these |those |my )*(?:rules?|instructions?|prompts?|guardrails?|"
    r"guidelines?|safety|approvals?|checks?)|"
    r"(?:system|initial|hidden|secret) prompt|your (?:prompt|instructions|rules)|"
    r"(?:reveal|print|show|leak|repeat) (?:me )?(?:your |the )?(?:hidden |secret |"
    r"system )?(?:prompt|instructions)|"
    r"you are now|pretend (?:to be|you)|act as (?:a|an|if)|jailbreak|developer mode|dan "
    r"mode|without (?:asking for |any |my )?approval|skip (?:the )?approval|"
    r"(?:deploy|host|run|put|migrate|move)[^.?!,;]{0,60}\b(?:azure|gcp|google cloud|"
    r"vertex(?: ai)?|heroku|digital ?ocean|alibaba|oracle cloud|kubernetes|eks|gke|aks|"
    r"lambda|ec2|fargate|my laptop)|azure ml|vertex ai|"
    r"(?:delete|remove|empty|drop|wipe|destroy|terminate|"
    r"erase)\b[^.?!;]{0,30}\b(?:buckets?|s3|iam|ec2|rds|dynamo\w*|databases?|tables?|"
    r"account|users?|roles?|vpc|everything in|files?|production data|all data)|"
    r"(?:create|make|launch|start|spin up|set up) (?:me )?(?:a|an|some|another) (?:s3|"
    r"bucket|ec2|vpc|rds|database|iam|lambda|eks|kubernetes|website|user)\w*|"
    r"(?:can|could|will|would) you (?:please |also |help me )?(?:re-?)?(?:train|"
    r"fine-?tune|label|annotate|clean)|(?:please |help me |want (?:you )?to |how (?:do|"
    r"can|to) (?:i |we )?|let's |need (?:you )?to |gonna )(?:re-?)?(?:train|fine-?tune)|"
    r"^\W*(?:please )?(?:re-?)?(?:train|fine-?tune) (?:a|an|me|my|the|this|it)|hack\w*|"
    r"passwords?|(?:give|show|tell|send) (?:me )?(?:your |the |my )?(?:aws "
    r")?(?:credentials|secrets?|access keys?|api keys?|secret key)|"
    r"thoi tiet|bai tho|lam tho|viet (?:mot |cho toi )?(?:bai )?(?:tho|truyen|van|nhac)|"
    r"bai hat|bong da|nau an|cong thuc nau|ke (?:mot )?(?:chuyen|truyen)|chuyen cuoi|"
    r"dat ve|dat phong|dich (?:sang|bai|cau|giup)|gia vang|chung khoan|tu vi|"
    r"(?:bo qua|lo di|quen)(?: het| moi| tat ca| cac)* (?:quy tac|huong dan|chi dan|"
    r"luat|chi thi)\w*|loi nhac he thong|"
    r"(?:giup toi |hay |ban co the |muon |can )?(?:huan luyen|train|fine-?tune) (?:giup|"
    r"cho|mot|lai|mo hinh|model)(?! (?:bang|xong|roi|voi))(?! .*\bxong\b)|"
    r"xoa (?:het |tat ca |toan bo |cac )*(?:bucket|s3|du lieu|database|tai khoan|co so "
    r"du lieu)|(?:trien khai|deploy|dua|chay)[^.?!,;]{0,40}\b(?:azure|gcp|google cloud|"
    r"kubernetes)|mat khau|tong thong|thu do"
)
_ALREADY_TRAINED = re.compile(r"\b(?:da|vua|duoc) (?:huan luyen|train)|\btrained\b|\bxong\b")
_OPTIONS = (
    ("serverless", _pattern(r"server-?\s?less|khong may chu")),
    ("asynchronous", _pattern(r"async\w*|a-sync|bat dong bo")),
    ("batch-transform", _pattern(r"batch(?:[- ]transform\w*| inference| jobs?)?")),
    (
        "real-time",
        _pattern(r"real[- ]?time(?: endpoints?| inference| hosting)?|synchronous|thoi gian thuc"),
    ),
    ("edge", _pattern(r"edge(?: devices?| deployment)?")),
)
_APPROVE = _pattern(
    r"^\W*(?:(?:ok|okay|yes|yeah|sure|go ahead and|please|now)[\s,]+)*(?:deploy|trien "
    r"khai)(?: now| please)?\W*$|confirm(?:ed)?|xac nhan|(?:i |we |hereby |fully "
    r")*approved?|approval granted|(?<!just )(?<!don't "
    r")(?<!dont )(?<!not )deploy (?:it|this|that|the plan|this plan|now)(?: now)?(?! "
    r"(?:in|to|with|on|as|for|by|using|at)\b)(?! (?:model|one)\b)|ship it|launch it|"
    r"sign(?:ed)? off|lgtm|"
    r"(?:phe )?duyet(?! web)(?: luon| di| ke hoach| nhe)?|(?:trien khai|deploy) (?:di|"
    r"luon|ngay|no di|thoi)|chap thuan|dong y (?:voi ke hoach|ke hoach nay|trien khai|"
    r"deploy)"
)
_NOT_APPROVE = _pattern(
    r"(?:don't|do not|dont|never|not|won't|can't|cannot|will not) (?:want (?:you )?to |"
    r"yet )?(?:approve|deploy|launch|ship|do (?:it|that|this))(?: (?:it|that|this|yet|"
    r"the plan))?|not approved?|disapprove\w*|reject\w*|declin(?:e|ed)|"
    r"no,? thanks?|no thank you|i (?:don't|do not|dont) (?:like|want) (?:it|this|"
    r"that)(?: plan)?|not (?:this|that) (?:plan|one)|too expensive|not happy with|"
    r"(?:khong|ko|chua|dung) (?:duyet|dong y|trien khai|deploy|chap nhan|lam)(?: voi)?|"
    r"tu choi|khong thich|dat qua|mac qua"
)
_PROCEED = _pattern(
    r"go ahead|proceed|carry on|(?:use|take|with|accept|keep|the) (?:the |your |all |"
    r"any )*defaults?|defaults? (?:are|is) (?:fine|ok|good)|default|whatever(?: you "
    r"(?:suggest|think|recommend|say|like|want))?(?: is (?:fine|best))?|"
    r"(?:i )?(?:really )?(?:don't|do not|dont|dunno|donno)(?: really)? (?:know|care)|"
    r"idk|dunno|no idea(?! (?:where|how|what))|no clue|not sure|(?:you|u) (?:choose|"
    r"decide|pick|tell me)|"
    r"(?:it's |its )?up to you|just (?:deploy|do) (?:it|that)|"
    r"sounds (?:good|great|fine|right)|looks (?:good|great|fine)|fine (?:by|with) me|"
    r"that works|works for me|let's (?:go|do it|continue|proceed)|lets go|no preference|"
    r"(?:doesn't|does not|doesnt) matter|do (?:it|that)|make (?:me )?the plan|"
    r"(?:just )?(?:your|the) (?:suggestion|recommendation|pick)s?|(?:what|which(?: one| "
    r"option)?) (?:do|would) you "
    r"(?:recommend|suggest)|next step|^\W*next\W*$|perfect|agreed|any is fine|as you (?:wish|"
    r"like)|"
    r"cu lam(?: di| tiep)?|cu the(?: di| ma lam)?|tiep(?: tuc| di)|lam di|(?:dung |theo "
    r")?mac dinh|(?:toi |minh |em )?(?:khong|ko|chua|hong) (?:biet|ro|chac|quan tam)(?: "
    r"nua)?|tuy(?: ban| anh| em)?|ban (?:cu )?(?:chon|quyet dinh|tu chon)|sao cung "
    r"(?:duoc|dc)|"
    r"the nao cung (?:duoc|dc)|gi cung (?:duoc|dc)|(?:ko|k|khong|hong|hok) (?:bit|bik)|"
    r"(?:m|may|bot|ad|ong|ban) chon(?: di)?|chap nhan|dong y|theo (?:y|de xuat "
    r"cua) ban|nghe (?:hop ly|on)|on do|on roi|hop ly"
)
_YES = re.compile(
    r"^\W*(?:y|yes+|yep|yeah|yup|ok|oke|okay|okey|k|sure|go|fine|right|correct|great|"
    r"good|alright|absolutely|definitely|of course|vang|da|duoc(?: do| roi| chu)?|dc|u|"
    r"uh|uhm?|ok nhe|oki|chuan|dung(?: roi| vay)?|co)(?=\s*(?:$|[,.;!?]|but|and|so|"
    r"please|then|nhung|va|a$|nhe|go|do|that|thanks|it|in|with|use|nha|ban))"
)
_NO = re.compile(r"^\W*(?:no+|nope|nah|khong|ko|hong|khong a|chua)\s*[.!,]*\s*$")
_CANCEL = _pattern(
    r"cancel\w*|abort|never ?mind|forget (?:it|this|everything|about it)|halt|stop(?:!|"
    r"$| it| that| this| now| here| everything)|(?:please )?stop(?=\s*(?:$|[.!,]))|quit|"
    r"call it off|huy (?:bo|di|het|trien khai|ke hoach|yeu cau|viec|lenh)|^\W*huy\W*$|"
    r"dung lai|thoi (?:khoi|bo|khong (?:lam|can))|bo "
    r"di|khong lam nua"
)
_RESTART = _pattern(
    r"start (?:over|again|afresh|from scratch|anew)|restart(?! the endpoint)|reset(?: "
    r"everything| all| it)?|begin (?:again|anew)|from the (?:beginning|top)|new "
    r"conversation|clean slate|lam lai(?: tu dau)?|bat dau lai|tu dau"
)
_DELETE = _pattern(
    r"(?:delete|remove|destroy|tear down|shut ?down|take down|kill|get rid of|turn off|"
    r"clean up)[^.?!;]{0,30}?\b(?:endpoints?|deployment|it|this|that|"
    r"[a-z0-9]+(?:-[a-z0-9]+)+)|tear (?:it|that|this|everything) down|shut (?:it|that|"
    r"this) down|take (?:it|that) down|turn (?:it|that) off|(?:xoa|go bo|tat)(?: (?:di|"
    r"het|bo|cai|giup|cho))* (?:endpoint|no|trien khai|[a-z0-9]+(?:-[a-z0-9]+)+)"
)
_UNDO = _pattern(
    r"undo\w*|roll(?:ed|ing)? ?(?:it |that |this )?back|revert|hoan tac|khoi phuc lai|quay "
    r"lai (?:nhu cu|trang thai truoc|truoc do)|thu hoi"
)
_STATUS = _pattern(
    r"is (?:(?:the|my|our) )?(?:endpoint )?[a-z0-9]+(?:-[a-z0-9]+)+ "
    r"(?:healthy|up|running|ok|alive|in service|live|ready|done)|status|"
    r"is (?:it|the endpoint|my endpoint|the deployment|that|everything) "
    r"(?:done|"
    r"ready|up|running|finished|deployed|live|there|working|complete|in service|ok)(?: "
    r"yet)?|how(?:'s| is| are) (?:it|the deployment|my (?:endpoint|deployment)|things|"
    r"we) (?:going|doing|coming along|looking)|are we (?:there|done)|done yet|ready yet|"
    r"any (?:progress|news|update)|progress(?=\s*[?.!]|$)|how far|how long (?:until|"
    r"till|more)|what's (?:happening|going on)|did it (?:work|deploy|finish)|has it "
    r"(?:finished|deployed)|finished\?|trang thai|bao lau(?: nua)? (?:thi|moi) xong|"
    r"(?:xong|chay|len|san sang|hoan thanh) "
    r"chua|(?:den|toi) dau roi|the nao roi|tien do|tinh hinh|da xong|da chay"
)
_LIST = _pattern(
    r"(?:list|show|display|see)(?: me)?(?: all)?(?: of)?(?: my| the| our)?(?: "
    r"(?:running|current|deployed|active))? endpoints|(?:what|which) endpoints|my "
    r"endpoints|endpoints (?:do i have|are running|have i)|what(?:'s| is| do i have| "
    r"have i)(?: currently)? (?:running|deployed)|"
    r"(?:liet ke|danh sach|xem|hien thi)(?: cac| tat ca| nhung| toan bo)* endpoint|"
    r"(?:co )?(?:nhung |cac )?endpoint nao (?:dang|cua)|(?:toi )?(?:dang )?co (?:nhung |"
    r"bao nhieu )?endpoint"
)
_INVOKE = _pattern(
    r"invoke|call (?:the|my) endpoint|send (?:it |the endpoint )?(?:a|this|the|one|my|"
    r"another) (?:request|sample|payload|row|record|test)|try (?:it|the endpoint)(?: "
    r"out)?|test (?:it|the endpoint)|predict (?:this|for|on|with)|(?:run|make|get) (?:a|"
    r"one|me a) prediction|score this|goi (?:thu|endpoint)|(?:thu )?du doan thu|thu "
    r"(?:goi|du doan|endpoint)|chay thu(?: mot)? (?:du doan|mau|request)|gui (?:thu|"
    r"mot) (?:request|yeu cau|mau)"
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|heya|hiya|howdy|good (?:morning|afternoon|evening|day)|"
    r"greetings|yo|xin chao|chao(?: ban| anh| chi| em| buoi \w+)?|hello ban|"
    r"alo)(?=\s*(?:$|[,.!?;]|there|again|all|everyone|sagepilot|i |i'm|we|can|my|please|"
    r"team|toi|minh|em|cho|ban|a\b|how|what))"
)
_THANKS = _pattern(
    r"thanks?(?: you| a lot| so much| very much)?|thx|ty|cheers|much appreciated|cam on(?: "
    r"ban| nhieu| anh)?|cam on nhe|tks"
)
_HELP = _pattern(
    r"help(?: me)?(?=\s*(?:$|[.!?]))|^\W*(?:please )?help(?: me)?(?: please)?\W*$|what "
    r"(?:can|do) you (?:do|offer)|what are you able|how (?:does|do) (?:this|it|you) "
    r"work|what (?:now|should i do|do i do)|how do i (?:start|begin|use (?:this|you))|"
    r"where (?:do i|to) (?:start|begin)|what's this|"
    r"(?:ban|may) (?:lam|giup|biet lam) (?:duoc )?(?:gi|nhung gi)|ban co the (?:lam|"
    r"giup) (?:duoc )?(?:gi|nhung gi)|^\W*giup (?:toi|minh|em)(?: voi)?\W*$|"
    r"huong dan(?: toi| minh)?(?=\s*(?:$|[.!?]))|bat dau (?:tu dau|the nao|nhu the nao)"
)
_SMALL_TALK = _pattern(
    r"how are you|how's (?:it going|life|your day)|who are you|what are you(?=\s*\?)|"
    r"who made you|are you (?:a |an )?(?:bot|robot|human|real|ai|person|alive)|"
    r"(?:what's|what is) your name|good (?:job|work|bot)|well done|nice (?:to meet you|"
    r"work|job|one)|"
    r"lol|haha+|bye|goodbye|see you|see ya|good night|what's up|sup|tell me about "
    r"yourself|i'm (?:tired|bored|back|happy)|wow|cool|awesome|ban la ai|ban ten gi|"
    r"khoe khong|tam biet|chuc ngu ngon|gioi (?:qua|lam)|hay (?:qua|lam|day)|ban la "
    r"(?:bot|robot|nguoi)"
)
#: Asks what the assistant wants to know: the answer is its questions.
_WHAT_IS_NEEDED = _pattern(
    r"what (?:else |more |all |(?:kind of )?(?:info\w*|details|data|facts|inputs?) )?"
    r"(?:do|would|will) (?:you|u) (?:need|require|want)(?! to (?:do|deploy|change))|"
    r"what (?:else |all )?(?:do|should|must|shall) (?:i|we) (?:need to |have to )?"
    r"(?:tell|provide|give|send)(?: you)?|"
    r"can (?:(?:biet|cung cap|nhung|cac|them|cho ban biet) )*"
    r"(?:(?:thong tin|du lieu) (?:gi|nao)|gi(?=\W*$))|"
    r"(?:phai |nen |can )?cung cap (?:(?:cho ban|nhung|cac) )*(?:thong tin )?(?:gi|nao)"
)
_WHY = _pattern(
    r"why (?:not|isn't|didn't|don't|can't|won't|is it not|do you not|wouldn't|would you "
    r"not|did you not)|why (?:is|are|did|do|would|should|use|choose|pick|go|you)\b[^?]*|"
    r"why|what's wrong with|what (?:speaks|is) against|how come (?:not|you)?|"
    r"(?:tai sao|vi sao|sao|the sao|co gi) (?:ban |lai |minh |toi )*(?:khong|ko|chon|"
    r"dung|la|lai)|tai sao|vi sao"
)
_COMPARE = _pattern(
    r"compare|comparison|versus|vs\.?|which (?:is|one is|one's|would be) (?:better|"
    r"cheaper|faster|best)|(?:better|cheaper|faster) than|pros and cons|so sanh|cai nao "
    r"(?:tot|re|nhanh) hon|(?:tot|re|nhanh) hon|hon kem"
)
_TELL = _pattern(
    r"explain|tell me (?:about|how|what|why|more)|describe|what does .* mean|what(?:'s| "
    r"is| are)|define|giai thich|cho (?:toi|minh|em) (?:biet|hoi)|noi (?:ro|them) ve|la "
    r"gi|nghia la gi|i wonder|wondering"
)
DOMAIN = _pattern(
    r"p9\d|p50|percentiles?|hipaa|gdpr|pii|pci|health\w*|triton|throttl\w*|errors?|"
    r"fail\w*|[45]xx|status codes?|exceptions?|vcpus?|cores?|"
    r"arm|x86|adapters?|lora|ensembles?|registry|studio|clarify|bias|bursts?|a/b|"
    r"retr(?:y|ies)|queues?|sns|[a-z0-9]+-[a-z0-9-]+|"
    r"discounts?|commitments?|bill\w*|free tier|pay|charged?|idle|versions?|data|bao "
    r"lau|secure|tags?|"
    r"sage ?maker|aws|amazon|endpoints?|models?|mo hinh|deploy\w*|trien khai|inferen\w+|"
    r"server-?less|async\w*|real[- ]?time|batch|payloads?|latenc\w+|do tre|requests?|"
    r"yeu cau|traffic|luu luong|rps|qps|auto ?-?scal\w*|scal\w+|cold[- ]?starts?|"
    r"instances?|ml\.\w+|gpus?|cpus?|inferentia|neo|neuron|trainium|jump ?start|sdk|"
    r"model ?builder|cloud ?formation|terraform|templates?|containers?|images?|docker|"
    r"ecr|s3|iam|roles?|permissions?|vpc|kms|quotas?|limits?|gioi han|costs?|prices?|"
    r"pric\w+|cheap\w*|expensive|chi phi|gia|ngan sach|budgets?|"
    r"regions?|vung|metrics?|cloudwatch|logs?|alarms?|concurren\w+|throughput|timeouts?|"
    r"memory|bo nho|variants?|shadow|blue ?/?green|rollback|canary|multi[- ]model|"
    r"pipelines?|onnx|xgboost|sklearn|scikit\w*|pytorch|tensorflow|hugging ?face|"
    r"tar\.gz|archive|artifacts?|predict\w*|du doan|"
    r"stream\w*|data capture|monitor\w*|drift|streaming|sandbox|plans?|ke hoach|"
    r"recommend\w*|options?|sizes?|kich thuoc|mb|gb|kb|ms|thong luong|dau vao|dau ra|"
    r"phan hoi|xu ly|credentials?|account|sample|region|warm|provisioned|exam|certif\w*|"
    r"eula|licen[cs]e|token|\u00a7+|it|this|that|no|cai nay|ec2|lambda|elastic|graviton|"
    r"spot|savings|notebooks?|training|hosting|host|serve|serving|multi-az|availability|"
    r"sla|encrypt\w*|security|bao mat"
)
_CORRECTION = _pattern(
    r"actually|in fact|(?:it's|its|is) (?:really|actually|more like)|sorry|i mean(?:t)?|i meant|"
    r"correction|make (?:it|that|them)|rather|"
    r"instead|oops|whoops|my mistake|scratch that|(?:change|changed|update|set|raise|"
    r"lower|increase|reduce|bump) (?:it|that|the|my|latency|budget|region|payload|"
    r"traffic|to|from)|changed my mind|not .{1,25}\bbut\b|i was wrong|(?:that's|that is|"
    r"thats) wrong|wait(?=\s*[,.!]| i | no )|typo|on second thought|"
    r"a khong|a nham|nham|that ra|thuc ra|dung ra|doi (?:thanh|lai|sang|qua|vung|thanh|"
    r"ngan sach)|sua (?:lai|thanh)|y (?:toi|minh|em) la|khong phai .{1,30}\bma\b|chu "
    r"khong phai|xin loi|cap nhat|nang (?:len|thanh)|giam xuong|chuyen (?:sang|qua|"
    r"thanh)"
)
_CORRECTING_NO = re.compile(
    r"^\W*(?:no|nope|khong|ko)\s*[,.!:;-]+\s*(?=\S)|^\W*no (?=it's |its |i |make |use |"
    r"the |that's )"
    r"|^\W*(?:not|khong phai)\b"
)
_ROUTINE: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (Intent.GREETING, _GREETING),
    (Intent.THANKS, _THANKS),
    (Intent.RESTART, _RESTART),
    (Intent.UNDO, _UNDO),
    (Intent.CANCEL, _CANCEL),
    (Intent.DELETE, _DELETE),
    (Intent.LIST_ENDPOINTS, _LIST),
    (Intent.STATUS, _STATUS),
    (Intent.INVOKE, _INVOKE),
    (Intent.HELP, _HELP),
    (Intent.SMALL_TALK, _SMALL_TALK),
)
#: "How do I delete an endpoint?" asks for knowledge, not for the deed.
_DEEDS = frozenset(
    {
        Intent.INVOKE,
        Intent.DELETE,
        Intent.UNDO,
        Intent.CANCEL,
        Intent.RESTART,
        Intent.LIST_ENDPOINTS,
    }
)
_HOW = re.compile(r"^\W*(?:and |so )?(?:how (?:do|can|to|does|would)|lam (?:sao|the nao)|cach)\b")
_ACTS = frozenset(
    {
        Intent.RESTART,
        Intent.UNDO,
        Intent.CANCEL,
        Intent.DELETE,
        Intent.LIST_ENDPOINTS,
        Intent.STATUS,
        Intent.INVOKE,
        Intent.HELP,
        Intent.SMALL_TALK,
    }
)


_SUBJECT = _pattern(
    r"deploy\w*|endpoints?|models?|host(?:ing|ed)?|serv(?:e|ing)|predict\w*|inference|"
    r"sage ?maker|trien khai|mo hinh|du doan|suy luan"
)
_ERRAND = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|hey|now|hay|giup toi|giup minh|ban|lam "
    r"on)\s+)*(?:write|book|find|order|play|sing|draw|buy|"
    r"send|remind|search|google|solve|calculate|order|cook|summari[sz]e|paint|viet|ve|"
    r"hat|tim|mua|giai|choi|dat)\s+\w+\s+\w+"
)


_INJECTION = _pattern(
    r"(?:ignore|disregard|override|bypass) (?:all |any |your |the |previous |prior |"
    r"above |these |those |my )*(?:rules?|instructions?|prompts?|"
    r"guardrails?|guidelines?|safety|approvals?|checks?)|jailbreak|developer mode|you are now|"
    r"(?:bo qua|lo di)(?: het| moi| tat ca| cac)* (?:quy tac|huong dan|chi dan|luat|chi thi)\w*"
)


def manipulates(passage: str) -> bool:
    """Whether a passage tries to talk the assistant out of its rules; the rest is not taken."""
    return bool(_INJECTION.search(passage))


def is_out_of_scope(passage: str) -> bool:
    """Whether a passage asks for what the assistant does not do; nothing in it is a requirement."""
    match = OUT_OF_SCOPE.search(passage)
    if not match:
        return False
    training = "train" in match[0] or "huan luyen" in match[0] or "tune" in match[0]
    return not (training and _ALREADY_TRAINED.search(passage))


def option_named(passage: str, *, after: int = 0) -> str | None:
    """The first inference option that is named in a passage from index `after` on."""
    found = [
        (match.start(), option)
        for option, pattern in _OPTIONS
        if (match := pattern.search(passage, after))
    ]
    return min(found)[1] if found else None


def options_named(passage: str) -> int:
    """How many different inference options a passage names."""
    return sum(1 for _, pattern in _OPTIONS if pattern.search(passage))


def corrects(passage: str) -> bool:
    """Whether a passage takes back what was said before."""
    return bool(_CORRECTION.search(passage) or _CORRECTING_NO.search(passage))


def intents(passage: Passage, *, informs: bool, expected: bool) -> Iterator[Intent]:
    """Yield the intents of one passage in order.

    Args:
        passage: Folded passage and its mood.
        informs: It states requirements.
        expected: The assistant has just asked something, so "no" is an answer.
    """
    text = passage.text
    if is_out_of_scope(text):
        yield Intent.OUT_OF_SCOPE
        return
    found = [
        (match.start(), intent) for intent, pattern in _ROUTINE if (match := pattern.search(text))
    ]
    acts = {intent for _, intent in found if intent in _ACTS}
    asks_how = passage.mood is Mood.QUESTION and bool(_HOW.search(text))
    found = [f for f in found if not _overruled(f[1], asks_how, acts, informs=informs)]
    acts = {intent for _, intent in found if intent in _ACTS}
    if not acts or passage.mood is Mood.SUPPOSITION:
        found += _discussion(passage, informs=informs)
    if not acts and passage.mood is Mood.STATEMENT:
        found += _answers(text, informs=informs, expected=expected)
    if not found and passage.mood is Mood.STATEMENT and not informs:
        found += _rest(text, expected=expected)
    if informs:
        found.append((len(text), Intent.CORRECT if corrects(text) else Intent.INFORM))
    yield from (intent for _, intent in sorted(found, key=lambda f: f[0]))


def _rest(text: str, *, expected: bool) -> list[tuple[int, Intent]]:
    """A statement without a requirement: about deploying, or a wish that is not ours to fulfil."""
    if _SUBJECT.search(text) or option_named(text):
        return [(0, Intent.INFORM)]
    return [(0, Intent.OUT_OF_SCOPE)] if _ERRAND.search(text) and not expected else []


def _overruled(intent: Intent, asks_how: bool, acts: set[Intent], *, informs: bool) -> bool:
    """Whether the rest of a passage shows that these words do not ask for an act."""
    if asks_how and intent in _DEEDS:
        return True
    match intent:
        case Intent.INVOKE | Intent.STATUS | Intent.SMALL_TALK | Intent.HELP:
            return informs
        case Intent.CANCEL | Intent.RESTART:
            return informs or Intent.UNDO in acts
        case Intent.DELETE:
            return informs
        case _:
            return False


def _discussion(  # noqa: PLR0911 (one a kind of question)
    passage: Passage, *, informs: bool
) -> list[tuple[int, Intent]]:
    text = passage.text
    if passage.mood is Mood.SUPPOSITION:
        return [(0, Intent.WHAT_IF)]
    if needed := _WHAT_IS_NEEDED.search(text):
        return [(needed.start(), Intent.INFORM)]
    why, compare, option = _WHY.search(text), _COMPARE.search(text), option_named(text)
    if (
        why
        and re.match(r"^\W*(?:\w+\W+){0,4}$", text[: why.start()])
        and (option or len(text.split()) <= 5)
    ):
        return [(why.start(), Intent.WHY_NOT)]
    several = options_named(text) > 1
    if compare and (option or len(text.split()) <= 8) and not informs:
        return [(compare.start(), Intent.COMPARE)]
    if passage.mood is Mood.QUESTION and several and re.search(r"\b(?:or|hay|hoac)\b", text):
        return [(0, Intent.COMPARE)]
    asks = passage.mood is Mood.QUESTION or (_TELL.search(text) and not informs)
    if not asks or _PROCEED.search(text) or _HELP.search(text):
        return []
    if DOMAIN.search(text):
        return [(0, Intent.ASK_KNOWLEDGE)]
    return [(0, Intent.OUT_OF_SCOPE)] if len(text.split()) >= 3 else []


def _answers(text: str, *, informs: bool, expected: bool) -> list[tuple[int, Intent]]:
    refused = _NOT_APPROVE.search(text)
    if refused:
        return [] if informs else [(refused.start(), Intent.REJECT)]
    if _NO.match(text):
        return [] if informs or expected else [(0, Intent.REJECT)]
    approved = _APPROVE.search(text)
    if approved and not informs:
        return [(approved.start(), Intent.APPROVE)]
    proceeds = _PROCEED.search(text) or _YES.search(text)
    return [(proceeds.start(), Intent.PROCEED)] if proceeds else []
