/**
 * Words that may leave the machine in a prompt; every other word is masked. All are common words of English and of computing.
 * Written by tools/make-vocabulary.mjs.
 */
const WORDS = `
a abort about above absolute accept accepted access accessed accessible accident according account accounts
acount across act activate active activity actual actualise actually actvie ad adapter add added additional
addr addres address addresses adds adjust admin administrator adress afraid after afterwards again against
age agent ages ago ahead al algorithm alias aliases alive all allow allowed allows alone along alphabet
alphabetical alphabetically already also alter although altogether always am among amount an ancient and anew
annotate another answer answering answers antenna any anybody anyone anything anyway anywhere apache apart
api aply app appear append appended appending appends applications applied apply apps apt archive archives
archvie are area argument arguments around arrange arrive arrow as ascending ascii aside ask asked asks
assign at ate attach attached audit authenticate author authors automatic automatically autostart autostrat
available average away awk back background backslash backup backups backwards bad bake ban bar bare barnch
base based basename bash battery be beam because become becomes been before begin beginning begins behaves
behind being belong belongs below benchmark beneath berw beside besides between beyond big bigest bigger
biggest bin binaries binary bind bit bits blacklist blame blank block blocked blocking blocks blow board book
boot booted boots boss both bottom bounce bound box branch branches break breaking breaks brew bridge bring
brnach broke broken browse browser bug build building builds built bulid bulk bump bundle burn busy but by
byte bytes cable cache cached caches cahce calculate calendar call called calls came camera can cancel cannot
canonical cant capacity capital capitals capture card cards care carries carry case cat catch cd centos cert
certain certifcate certificate chagne chagned chagnes chain chains change changed changelog changes changing
character characters charge chart charts check checked checking checkout checksum checksums chekc chekcout
child children chip chmdo chmod chonkiest choose chown chuck chunk chunks ci claen claer claim claims clash
classes clean cleaning cleanly cleanup clear click client clock clone cloned close closed cloud club cluster
clusters clutser code codebase codes colleague collect colon color colour column columns comapre combine
combined come comes coming comit comits comma command commands commit commits committed committing common
commti company compare compared compile compiled compiler complain complaining complains complete completely
compoes compose compress compressed compresses compressing compression compsoe compute computer concatenate
conect conections conf confgi config configs configuration configure configured confirmation conflict
conflicts confuse connect connected connecting connection connections connects console constraints consume
consuming consumption contain contained container containers containing contains contaner content contents
context contianer contianers continue continuous continuously contnets contrary control contxet convert
converted converts cooking copied copies copy copying core cores corner correct corrupt cough could count
counted counters counts coutn covers cp cpoy cpu crack craete crank crash crashed crashes create created
creates creating cron crontab css csv ctrl culprit cuont curent curl current currently customer customers cut
cycle daemon daemons damage damaged dangeling dangling data database databases date dates day days db dcoker
deactivate dead deal debian debug debugging deck decode decompress decrypt deep deeper default define defined
definition defualt deinstall delay delayed delete deleted deletes deleting deletion deletions delimited
delimiter delte denied deny depend dependencies dependency depends deploy deployed deployment deployments
deps depth descending descirbe describe description descriptions desktop destination destroy detach detached
detail detailed details detect determine detials dev devcies device devices df dfif dhcp diary did die died
diff differ difference differences different differs diffs dig digest digits dir direcotries direcotry
directly directories directory dirs dirty disable disabled disappear disbale discard discarding disconnect
discover disk disks display displaying displays distinct distro ditch divide divided dmesg dnf dns do docekr
docker dockerfile docs document documents does doesnt doing dokcer domain domains done dont donwload door
doors dot dotfile dotfiles dots double doubt down download downloaded downloads dozens dpkg draw drawer drive
driver drivers drives drop dropped drops dry dsik dtae du dude dump dupe dupes duplicate duplicates during
dying each earlier early earth eat eating eats echo edit edited editing editor edits effect eidt eight eject
element elements else elsewhere em email empty emtpy enabel enabeld enable enabled enables enabling encoded
encoding encrypt end ended ending endless endpoint endpoints ends engine enormous enough ensuring enter
entire entries entry env enviroment environment equal equals erase erased error errors escape escapes etc
ethernet even events ever every everybody everyone everything everywhere evrything exact exactly example
examples exceed exceeding exceeds except exception exceptions exceute exchange exclude excluded excluding
exec execstart executable executables execute executed executes executing execution exist existing exists
exit exited expand expanded expands expects experiment expired expiry explain export expose expr expression
expressions exprot exract extarct extend extended extension extensions external extra extract extracting
extracts eye eyes fail faild failed failing fails failure failures fake fall family fan far fast faster
fastest fat fattest fault fear feature fecth fedora feed feels fetch few fewer ffmpeg fidn fiel field fields
fiels fifth figures file filename filenames files filesize filesystem filesystems fill filling fills filter
filtered filtering filters final find finds fine fingerprint finish finished fire firefox firewall firmware
first fit five fix fixed fixes flag flags flavour flies flip float flush fly folder folders foldre foldres
follow following follows fololw folow for forbid force forever forget forgot forgotten fork form format
formats formatted formatting forward forwarded forwarding found four fourth fraction free freeze frequency
frequent fresh freshen freshest freshly frist froce from fromat front frontend froze frozen fs fsck fstab
full fully function functions further game gateway gave gb gcc generate generated get getent gets getting gh
ghost gigabyte gigabytes gigs gimme git github gitignore give gives glance glob global glue go gobbling goes
going gone gonna good google gossip got gotta gpu grab grant graph graphic graphical graphics greater
greatest green grep grew group groups grown grows gruop gruops gti gui gunzip gz gzip gzipped had half
halfway halt halves hand handle handshake hang hanging hangs happen happened happens hard hardware has hash
hat have having hdd he head headcount header headers health healthy hear heat heaviest heavy heck height
hello helm help her here hexadecimal hey hi hidden hide hides hiding hierarchy high highest his history
histroy hit hits hlem hoard hog hogging hogs hold holds hollow home homebrew hood hook hop host hostname
hosts hot hotel hotfix hour hours how hows html htop http https hub huge human hunt i ice id idea identical
identify identity idle ids if ignore ignored ignores ignoring im image images imgaes immediately import
importer imports in inactive inbound include included includes including incoming indent indentation indented
index infinite infinitely info information inherited init initialise initialize inode inodes input
insensitive insensitively insert inside inspect instal instaled install installation installed installer
installing installs instance instances instead intact integer integrity interactive interactively interest
interface interfaces internal internet interpreter interval into introduced intsall invalid inventory
invisible invoke io ip ips iptables is isnt isntall issue it item items its itself ive java javascript job
jobs join jounral jouranl journal journalctl jpg jq js json jump junk just keep keeping keeps kept kernel key
keyboard keys keyword keywords kick kil kill killed killer killing kills kilobyte kilobytes kind kindly knock
know known knows kube kubectl kubernetes label labels lack lacks lan land laod laptop laravel large larger
largest last lastest late lately latency later latest lats launch lay layer layers layout lead leading leads
leaks least leave leaving left leftover leftovers lemme length less let lets letter letters level levels lgos
lib libraries library libs licence license lie lies light lightest lights like limit limits line lines link
linked links lint linter linux list listed listen listener listeners listening listens listing lists literal
little live lives living ll load loaded loads local localhost locally locate located location lock locked
lockfile log logged logging login logins logout logs long longer longest look looked looking looks lookup
loop loose lose losing lost lot lots low lower lowercase lowest ls lsit lsof lying mac machine machines macos
made mail mailed main maintenance make makes man managed manager manifest manny manual many map mapped mark
marked markers match matches matching matter matters max maximum may maybe mb md me mean measure megabyte
megabytes megre mem member members membership memory memroy mention mentions menu merge merged merges merging
mess message messages messed metadata microphone middle might mine minikbue minikube minimal minimum minus
minute minutes mirror missing mistake mistakes mix mixed mkdir mode model modes modification modifications
modified modify modifying module modules moment monday monitor monitoring month months more most mount
mounted mounts move moved movie movies moving much multiple must mv my myself mysql nad nah name named names
nameserver nameservers namespace namespaces nc ndoe near need needed needs negative neither nested net netcat
network networking networkmanager networks netwrok netwroks never new newer newest newline newlines next nfs
nginx nic nice nicely night nine nmap nmcli no nobody node nodejs nodes noise none nope nor normal not note
notes nothing notice now nowhere npm npx ns nubmer nubmers nuke number numbered numbers numeric numerically
nvidia object objects occupies occur occurrence occurrences occurs odd oddly of off offer offers offline
offset often ok okay old older oldest on once one ones online only onto oom open opened opens operation opne
opposite option optional options or order ordered orgin origin original orphaned os ot other others our out
outage outbound outdated outgoing output outputs outputting outside over override overrides overview
overwrite own owned owner owners ownership owns pacakge pack package packages packet packets packges pacth
page pager pages pakcage paragraph parallel parameter parameters parent parents park part partial partition
partitions parts pass passed passes passphrase passwd password past paste patch patches path paths pattern
patterns pause paused pausing pc pdf pdo pdos peek pem pending people per percent percentage perl permanent
permanently permisions permission permissions permit persistent person phone photo photos php physical pi
pick picked picking picture pictures pid pids piece pieces pign pile pin ping pings pip pipe pipeline pipes
place plain plane planned planning please pls plug plugged plul plus plz png pnig pod podman pods point
pointing points poke policy pool pop porcess port ports positional posix possible post postgres postgresql
power pr prefer preferences prefix prefixed prefixes prepare present preserve preserving press pretend
prettify pretty prevent preview previous print printable printed printer printers printing prints private
probe problem problems proccess proces proceses process processed processes processor processors procs
produce production profile profiles program programmed programs progress project projects prompt prompting
prompts proof properly properties property prot protect protected protocol protocols prove provider proxy
prune ps psuh public publish published pull pulled pulls punch purge push pushed put puts pw py pyetst pyhton
pypi pytest python quantity queries query question questions quick quickly quiet quit raise ram ran random
range rank raspberry raspi raw re reach reachable reaches react read readable reading reads ready real really
reason rebase rebasing reboot rebooted reboots rebot rebsae rebuild recent recently recnet recognised record
recorded records recover recreate recursion recursive recursively recusrive red redirect redirecting redis
redo reformat refresh refused refuses regex register registered registry regular rehearse reject rejected
relative relaunch release released releases reload relocate remaining remains remember remembers remote
remotely remotes remount remove removed removes removing remtoe remvoe rename renames renaming render renew
renewed renmae reomte repair repeat repeated repeating replace replaced replaces replacing replay replica
replicas repo report reported reports repos repositories repository request requests require required
requirements requires rerun rescue reservation reset resets resize resolution resolve resolved resolver
resolves resolving resource resources respond response rest restart restarted restarting restarts restore
restored restrat result resulting results resume return returns reverse revert review reviewer reviewing
revision revoke rewind rid right rights rip rm rnu rocky roll rollback rolling rollout room root rotate
rotated round route router routes routing row rows rpm rsync ruff rule rules run runing running runs runtime
safe safely safety said same sample save saved saves saving saw say saying says scan schedule scheduled
scheduling scp scratch screen screenshot script scripts scroll scrolling scrub sd search second seconds
secret secrets section sections secure security see seek seems seen sees select send sending sends sent
separate separated separating separator sequence serach serial servcie serve server servers serves service
services session sessions set sets setting settings settle setup seven several sh sha shall share shared she
shebang shell ship ships shlel shoot short shot should shove show showing shows shrink shut shutdown shwo
sicne side sign signal signals signed silently silly simple simulate since sinff single sink sit site sits
sitting six size sizes skip skipping slap slash sleep slow slowest slows sluggish slurp small smaller
smallest snag snapshot snapshots sneak sniff snyc so socket sockets soft software some somebody somehow
someone something somewhere soon sort sorted sorting sorts sotp sound source sources space spaces speak
special specific specified speed spill spin spit split splitting spot spreadsheet spring square squash
squashed squeeze ss ssd ssh stack stage staged staging stahs stale stand standard stands start started
starting starts startup stash stashed stashes stat state static statistics stats status statuses stauts stay
stays stderr stdin stdout step steps stick sticky still stop stoped stopped stopping stops storage store
stored story stpo straight strange strat stray stream string strings strip structure sttaus stuck stuff
stutters style su sub subdirectories subdirectory subfolder subfolders submit subnet subshell substring
successfully such suck sudo suffix suffixes suite sum summarise summarize summary superuser support sure
suspect suspend suspended swap swapping sweating sweep swicth switch switched swpa symbol symbolic symlink
symlinks sync synchronise syntax syslog system systemctl systemd systems sytem szie tab table tables tabs tag
tagged tags tail take taken takes taking talk talking talks tally tape tar tarball target targets task tasks
tcp tcpdump teach team tear teh tell tells temp temperature temporary temps ten terminal terminate terminated
test testing tests text tga tgas than thanks that thats the their theirs them then there thermal these they
thing things think third this those though thousand thread threads three threshold through throughput throw
throwaway thru ticket tidy tiem time timeout timer timers times timestamp timestamps timestmap timezone tiny
tip tired title titles tls tmp tmux to today together token tokens tonight too took tool tools top toss total
totals touch touched touches touching trace traceroute track tracked tracking traffic trailing transfer
translate trash travel traverse traversing tree trees tried trim trouble true trun truncate trust try trying
tunnel turn turned tutorial tweak twice two type typed types typescript typing typo udp udpate uesr ufw ugly
uid umount uncommitted uncompress uncompressed undefined under underscore underscores undo unfinished
unfreeze uninstal uninstall unique unistall unit units unix unknown unlock unlocked unmerged unmount unpack
unpacked unpacking unplug unreachable unreadable unsigned unstage unstaged unsued untar until untracked
unused unzip up update updated updates updating upgarde upgrade upgraded upgrades upgrading upload uploads
upper uppercase upstream uptime url urls us usage usb use used useless user username users uses usgae using
usre usual utility vacant valid value values vanish vanished variable variables vcgencmd ve velocity vendor
venv verbose verify verison version versioned versions versus vertical very via video videos view viewer vim
virtual virtualenv visible visitors vm volume volumes voulme vpn vps vs wacth waht wait waiting waits wake
walk wall wan wanna want wants warnings was wastes watch way wc we weak web webpage website week weekday
weekend weeks weigh well went were wfii wget what whatever whats whcih when whenever where wheres whether
which while whip white whitespace whitespaces who whole whom whos whose why wich wide width wifi wiht wihtout
wildcard wildcards will window windows wipe wire wireless wireshark wiretap wise wish with within without
wlan wonder wont word wordpress words work worked worker workers working works workstation worktree world
worried worth would writable write writes writing written wrod wrong wrote xml ya yaml yank year years yes
yesterday yet yo you your yum zero zip zipped zone zsh
`;

let words: ReadonlySet<string> | undefined;

/** Read when a request is first masked. */
export function vocabulary(): ReadonlySet<string> {
  return (words ??= new Set(WORDS.trim().split(/\s+/)));
}
