"""Everyday words, so that spelling repair leaves them alone: *most* must not become *host*.

Own work: words that occur in at least two of the answers in `bench/answers/data`, without the misspelt ones, and a list
of everyday words written for this file. Kept as Python so that it is installed wherever the package is.
"""

from __future__ import annotations

_TEXT = """
able about above accents accept accepted accepting accepts access according account achieve achieved achieves ack
acknowledgement acknowledgements acknowledges acks across act action active actual actually adapting adapts add adding
address addressed addresses admin admit adopt adult advance advantages advice affect afford afraid after afterwards
again against agent agree agreed ahead aid aim air alive all allow allowed allows almost alone along already also
alter although always among amount ana ancient and anger angle angry animal announces announcing annoying anonymous
another answer answered answers any anybody anymore anyone anything anyway anywhere apart apartment appear apple
application apply are area argue argument arguments arise arm army around arp arrange arrive arrived arrives arriving
arrow art article aside ask asked asking asks asleep aspect assign assigned assigns assist assistant associate
associated associates assume atomic attached attaches attack attempt attempts attend author automatically autumn
available avoid avoided award aware away awful baby back backlog bad bag ball band bandwidth bang bank banking bare
bark base basic basically basis basket bath battle bear beat beauty because become becomes bed been before beforehand
began begin beginning begins behalf behave behind being belief believe bell belong belongs below bench bend benefit
beside best better between beyond big bigger bike bill binary bind binding binds bird birth bit bite bits black blacks
blame blank blind block blocked blocking blocks blood blow blows blue board boat body bone book bookmark border
borderline bore born borrow boss both bottle bottom bound boundaries bowl box boy brackets brain branch brave bread
break breaks breath brick bridge bridges brief bright bring brings broad broadcast broadcasts brother brown browser
brush budget buffer bug build building builds built bunch burn bus bush business busy but buy byte bytes cable cache
caches cafe cage cake call called caller callers calling calls calm came camera camp can cancel capital captain car
card care career careful carpet carrier carries carry cars cart case cash castle cat catch catches cause cave ceiling
cells cent central centre certain chain chair chance change changed changes changing channel channels chapter
character charge chat cheap cheaper check checked checks checksum cheese chest chicken chief child choice choose
chooses choosing chose chosen chunks church cinema circle circular circulate city claim claimed claims clash class
classic clean cleans clear clerk clever client clients climate climb clock clones close closed closes closing cloth
cloud club clue coach coal coast coat code coffee coin cold collar collect college colour column combine come comes
comfort coming command comment common communicate communication company comparable compare compete complain complete
completes complex compute computed computer computers computing concept concrete concurrently condition conditions
conduct configure configuring confirm confirms confuse congestion conn connect connected connecting connection
connectionless connections connects consider considered consist constant constants contact contacts contain contains
content contest context continue continues contract contrary contrast control controlled controls convention
conversation convert converts convince cook cool cope copy core corn corner correct correspond cost costs cotton could
count counter country counts county couple courage course court cousin cover cow cpu crack craft crash crashed crashes
crazy cream create created creates creating creation credit credited crew crime criteria critical crop cross crowd
cruel cry ctrl culture cup cure curious current curtain curve custom customer customers cut cycle cycles daily damage
dance danger dare dark data datagram datagrams date daughter day days dead deadlock deaf deal dear death debate debt
decade decide decides decision deep deer default defeat defend define defined degree delay delayed delays deleted
delimiter deliver delivered delivering delivers delivery demand deny depend depends depth describe describes
description descriptor descriptors desert deserve design desire desk despite destination destroy detail details
develop device devices devil dial dialing dials diary did dies diet differ difference different differently difficult
dig digital dinner direct direction directions directly dirt dirty disc disconnected discuss disease dish disk disks
distance disturbing divide divides dividing dns docs doctor does dog doing dollar domain done door double doubt down
downloads dozen draft drag drama draw draws dream dress drift drink drive drop dropped drops drug dry duck due dull
duplex dust duty dying each eager earlier early earn earned earns ears earth ease easier east easy eat eats echo
echoed edge edit educate effect effects efficient effort egg eight either elder elect eleven else elsewhere empty
enable encrypt encryption encrypts end ended endlessly endpoint endpoints ends enemy engine enjoy enough ensure enter
enters entire entry envelope eof equal errno error errors escape especially essay establish established establishes
ethernet even evening event events ever every everybody everyone everything everywhere evil exact exactly
exam examiner example exceeded except exception exceptions exchange exchanged excite exclusion exclusive excuse exec
execs execute executed executing execution exist exists exit expand expect expected expense expensive expires explain
explained explicit explicitly explode explore export exposes exposure express extend extension external extra extreme
eye face fact factor factory fade fail fails faint fair faith fall false fame family famous fan fancy far farm farmer
fashion fast fasten faster fat fate father fault favour fcfs fear feature feed feel fellow female fence few fewer
field fifteen fifth fight figure file filed files fill film fin final finally find finding finds fine finger finish
finished fire fired firewall firm first fish fit fits fitting five fix fixed fixes fixing flag flags flame flat
flatmates flavour flesh flight flips float floating flood flooded floor flour flow flower flows fly fold folk follow
following food fool foot for force foreign forest forever forget forgive forgot forgotten fork forks form former forms
forth fortune forum forward forwarded forwarding forwards found four frame frames free freeze frequent fresh friend
fro from front fruit fuel full fully fun function functions fund funny fur further future gain game games gap garage
garden gas gate gateway gather gave general gentle get gets getting gift girl give given gives giving glad glass
global glory glue gluing goal god goes going gold gone good google got gotten govern grab grade grader grading grain
grand grant grape grass grave great green greet grey grin ground group grow guarantee guaranteed guarantees guard
guarded guess guest guests guide guilty gun habit hackers had hair half hall halves hand handed handle hands handshake
handy hang hanging hangs happen happened happens happy hard hardware harm has hat hatch hate have having head header
health hear heard hears heart heat heaven heavy height held hell hello help helps hence her here hero hide hides high
hill him himself hint hire his hit hold holder holding holds hole holiday holy home homework honest honestly honey
honour hook hooked hooks hop hope horn horse hospital host hosts hot hotel hour house how however http huge human
humans hundred hung hungry hunt hurry hurt husband ice icmp idea ideal identical identifier identifies identifying idk
idle ignore ill image imagine impact import important improve inch include income incoming incomplete increase
increment indeed indented independent index inet inform information informs initial initiate initiates initiator input
inputs inside instance instead instruction instructions int integer interface interfaces interfere interleaving
internal internet interrupt interval into involved ips item items its itself job join joined joining joins jump just
keep keeps kept key keyboard kids kind kitchen knew knock knocking knocks knot know known knows lab label lan lans
laptop large larger largest last late later latter layer leaked leaking learn lease least leave leaves leaving left
lend length lens lent less let lets letter letters letting licence lift light lighter lightweight like limit limited
limits line lined lines link linked links list listed listen listened listening listens lists litter little live lived
liver lives living load loaded loading loads local localhost located lock locked locks lodge logic logical logs lol
long longer look looked looking looks loop loopback looping loops lose loss lost lot lots loud low lower lowers mac
machine machines made mail mailbox main make makes making manages many mapped mapping mark marker marks mask master
match matched matching mate mater matter matters max maximum may maybe maze mean meaning means meant meanwhile
mechanism meet meeting memory mention mentioning merely merges message messages met method middle might milk
milliseconds mind mine minus minute minutes missed missing mistake mistaken mixed mmu mobile mode model modes
module moment money more morning most move moved moves much must mute mutex mutual mutx myself nailed nails name named
names naming nat near nearly necessary necessity need needed needs neighbour neighbours neither net network networks
never new newer next nobody node nondeterministic none nor normally not note notes nothing notice now nowhere number
numbers object obligatory obtained occur occurs off office okay old older once one ones online only onto open
opened opening opens operating operation operator opinion opposed order ordered orders org oriented original originate
oserror other others otherwise our ours out outcome outgoing output outside outsiders oven over overflow overhead
overloaded overwhelm overwrite overwritten own owner owns pack packet packets packs pact page pages paging paid pain
paint pair pairs paper parent parentheses park parked parking parks part particular parts party pass passed passes
passing passive password past pasted patch path patient pauses pcb peer people per percent permits permitted person
phone physical pick picked picking picks picture pid piece pieces pile pin pipe place plain plan plane plant plate
player please plug plugging plugs plus pocket point pointer points pole pool poor pork port ports pose possible post
posts pot pots practical practice pre preemption prefer prepares prevent prevented prevents previous print printed
printers prior priority private privileged problem procedure process processes professor program programs prompt proof
protect protecting protection protects protocol protocols prove proved provide provided provider public pull pulled
pulls purpose put puts putting python quantum query question queue queues quick quicker quickly quiet quit race rack
radio raise raised raises ram ran random rang rare rate rather reach reachable reached reaches read reading reads
ready real really rear reason reasonable receive received receiver receives receiving recent reception receptor record
red reduce reed refer reference refused region register registered registers rejected relation released reliability
reliable rely remain remaining remedy remember remembers remote removes rent repair repeating repeats repetition
replace replaces replies reply report represents request requests required resend resent reserved reserves resolve
resolver resolves resource resources responds response responsive rest restarting restaurant restore result results
resumes retransmission retransmit retransmits return returned returns reuseaddr reverse reversed ride right ring
ringer rings rise risk rite road roam robin role roles roll room root rope rose round route router routers routing row
rst rubric rule run running runs rush safe safer safety said sale salt same sand satisfied save saved saves say saying
says scale scenario scheduler scheduling school score screen script scripts seal search seat second seconds secret
section secure security see seek seem seen sees segment segments self sell semaphore send sendall sender sending sends
sense senses sent sentence separate separates sequence series serious serve served server servers serves service
services session set sets setsockopt setting settings several severe shake shall shape share shareable shared shares
she shell shells ship shoe shoes shop shore short shorter shortest shot should shouts show showing shows shut shutter
sick side sides sign signalled signals silence silent similar simply since single sink sir sit site sits sitting size
skip slice slide slow slower slows sluggish small smaller smart snap social sock socket sockets soft solid solution
some somebody someone something sometimes somewhere song soon sorry sort soul sound source space spare speak special
specific specifically specified specifies specify speed spell spend spent spin split splits spot spring square ssd ssh
stack staff stage stale stand standard standing stands star stare start started starting starts starve starves state
stated statement states station stations stay stays stderr stdin stdout steak steal step steps stick still stock stone
stop stopped stopping stops store stored stores storm story straight strange stranger strangers stray stream streaming
streams street stretch string strong student stuff style subnet subnets succeeds success such suit suits sure surf
swap swapped swapping swaps sweet switch switched switches switching syn synchronisation synchronises system systems
table tables tail take taken takes taking talk talking target task taste tbh teach team tear teen tell telling tells
ten tend tent term terminal test testing text than thank thanks that the their them themselves then there therefore
these they thick thin thing things think third this those though thousands thread threads threat three through throw
thrown throws thumb thus tick ticket tie tied ties til till time timeout timer times timing tiny tire title today
together toilet told tone too took tool tooth top topic torn toss total touch touches tour towards tower town toy
trace traceback traceroute track trade traffic trail train transfer translated translates translation transmit
transmits transmitted transport trap travel tray tree trial trick tried tries trip truck true trunk trust truth try
trying ttl tube tune tuple turn turned turning turns twenty twice twin two txt tying type typing under understand
understands understood unicast unit unix unless unlike unlock unreliable until update upon upper urge usable usage use
used useful useless user uses using usual usually valid value values van variable variables vary vast verify version
very via video view virtual virus visible visit visitors voice vote vpn wage waist wait waited waiter waiting waits
wake walk wall want wanted wanting wants war warm warn was wash waste watch watching water wave way ways weak wear web
website week weight well wen went were west what whatever wheel when whenever where whereas whether which whichever
while white who whoever whole whom whose why wide wife wifi wild will wind window windows wine wing winter wire wired
wise wish with within without woman wonder wood word words work worked works world worse worth would write writes
writing written wrong www yard year years yes yet you young your yours yourself zero zeros
"""


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


COMMON_WORDS = words(_TEXT)
