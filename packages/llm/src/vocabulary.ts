/**
 * Words that may leave the machine in a prompt; every other word is masked. All are common words of English and of computing.
 * Written by tools/make-vocabulary.mjs.
 */
export const VOCABULARY: ReadonlySet<string> = new Set(
  `
a abort about above absolute access accessed accessible accident account accounts across activate active
actual actualise actually add added additional addres address addresses adjust admin administrator afraid
after again against ages ago ahead al algorithm alias aliases alive all allow alone along alphabet
alphabetical alphabetically already also alter altogether am among amount an ancient and annotate another
answer answering answers any anyone anything anyway anywhere apache api aply app appear append appended
appending appends apply apps apt archive archives archvie are area argument arguments around arrange arrive
as ascending ascii aside ask asks at attach audit author authors automatically autostart autostrat available
average away awk back background backslash backup backups bad ban bar barnch based basename bash battery be
because become been before begin beginning begins behind being belong belongs below beneath beside between
beyond big bigger biggest bin binaries binary bind bit bits blame blank block blocks blow boot booted both
bottom bounce box branch branches break bring brnach broke broken browser bug build built bulk bump bundle
busy but by byte bytes cache caches calculate calendar call called came can cancel cannot canonical cant
capacity capital capitals card care carry case cat catch cd certain chagned chagnes change changed changelog
changes changing character characters charge check checked checking checkout checksum checksums chekc
chekcout child children chip chmdo chmod chonkiest choose chown chuck chunk chunks ci claen classes clean
cleaning cleanly clear click client clock clone cloned close closed clusters code codebase codes colleague
collect colon color colour column columns comapre combine combined come comes coming comit comits comma
command commands commit commits committed committing common commti company compare compared compile compiled
complaining complains complete completely compoes compose compress compressed compresses compressing
compression compsoe compute computer concatenate conf config configs configuration configured confirmation
conflict conflicts confuse connect connected connecting connection connections connects console constraints
consume consuming consumption contain contained container containers containing contains content contents
context contianer contianers continue continuous contnets contrary control convert converted converts copied
copies copy copying core cores correct corrupt could count counts coutn cp cpu crack craete crash crashed
create created creates creating cron crontab css csv cuont curent current currently customers cut daemon
daemons damage damaged dangling data database databases date dates day days db dcoker deactivate dead debian
debug decompress decrypt deep deeper default defined delay delayed delete deleted deletes deleting deletion
deletions delimited delimiter delte denied deny dependencies dependency depends deploy deployed deployment
deployments deps depth descending describe description descriptions desktop destination destroy detach detail
detailed details determine detials dev devcies device devices df dfif dhcp did die diff differ difference
differences different diffs dig digest digits dir direcotries direcotry directly directories directory dirs
dirty disable disappear discard discarding disconnect disk disks display displaying displays distinct ditch
divide dns do docekr docker docs document documents does doesnt doing domain domains done dont dot dotfile
dotfiles dots double down download downloaded downloads dozens dpkg draw drawer drive driver drivers drives
drop dude dump dupe dupes duplicate duplicates during each eat eating edit edited editing editor edits effect
eight eject element elements else em email empty emtpy enable enabled enables enabling encoded encoding
encrypt end ended ending endless ends enormous enough ensuring enter entire entries entry env environment
equal equals erase error errors escape escapes etc ethernet even ever every everyone everything everywhere
evrything exact exactly example examples exceed exceeding exceeds except exception exceptions exclude
excluded excluding executable executables execute executed executes executing execution exist existing exists
exit exited expand expanded expands expects experiment explain export expr expression expressions exprot
exract extarct extend extended extension extensions external extra extract extracting extracts fail faild
failed failing fails failure far fast fastest fat feature fecth fetch few fewer ffmpeg fidn fiel field fields
fiels fifth file filename filenames files filesize filesystem filesystems filling filter filtered filtering
filters final find finds fine finish finished fire firefox firewall firmware first fit five fix fixed flag
flags flies flip float folder folders foldre foldres follow following follows fololw folow for forbid force
forget forgot forgotten fork form format formats formatted formatting forwarding found four fourth fraction
free frequency frequent fresh frist froce from fromat full function functions gcc generate generated get gets
gh gigabyte gigabytes gigs gimme git github gitignore give gives glob global go gobbling goes going gone
gonna good google got gotta gpu grab grant graph graphical graphics greater greatest grep group groups grows
gti gunzip gz gzip gzipped had half halt halves hand handle hang hangs happened hard hardware has hash have
having hdd he head headcount header headers health healthy heat heaviest heavy heck height hello help her
here hexadecimal hey hi hidden hide hides hiding hierarchy highest his history histroy hit hits hog hogging
hogs hold holds hollow home hook hop host hostname hosts hot hotfix hour hours how hows html http https huge
hunt i id idea identical if ignore ignored ignores ignoring im image images immediately import importer
imports in inactive inbound include included includes including incoming indent indentation indented index
infinite infinitely info information init initialise initialize inode inodes input insensitive insensitively
insert inside inspect instaled install installed installing installs instance instances instead intact
integer integrity interactive interactively interest interface interfaces internal internet interpreter
interval into introduced invalid invisible invoke io ip ips iptables is isnt isntall it item items its itself
ive java javascript job jobs join jounral journal journalctl jpg json jump junk just keep keeping keeps kept
kernel key keyboard keys keyword keywords kick kil kill killed killing kilobyte kilobytes kind kindly know
knows kubectl kubernetes label lan land laptop laravel large larger largest last lately latency later latest
lats launch layout lead leading least leave left leftover leftovers lemme length less let lets letter letters
level levels lgos libraries library licence license lie lightest like limit limits line lines link linked
links linter linux list listener listeners listening listens listing lists literal little live ll load loads
local localhost locally locate located location lock log logged logging login logins logout logs long longer
longest look looking looks lookup loop loose lose lost lot lots low lower lowercase lowest ls lsit lsof lying
mac machine made mail mailed main make makes man manny many mark marked markers match matches matching
maximum may maybe md me measure megabyte megabytes megre mem memory mention mentions merge merged merges
merging mess message messages messed metadata microphone middle might mine minimal minimum minus minute
minutes missing mistake mixed mkdir mode model modes modification modifications modified modify modifying
module modules moment monday monitor month months more most mount mounted mounts move moved movie movies
moving much multiple must mv my mysql name named names near need needed needs negative neither nested network
networking networks never new newer newest newline newlines next nginx nic nicely night nine no nobody node
nodejs noise none nope nor normal not note notes nothing now npm nubmer nubmers nuke number numbers numeric
numerically nvidia object objects occur occurrence occurrences occurs odd of off offset often ok okay old
older oldest on once one ones online only onto open operation opne opposite option optional options or order
ordered orgin origin original orphaned other others our out outbound outdated outgoing output outputs
outputting outside over overview overwrite own owned owner owners ownership owns pack package packages packet
packets packges page pager pakcage paragraph parallel parameter parameters parent parents park part partition
partitions parts pass passphrase passwd password past paste patch path paths pattern patterns pause pausing
pc pdf peek pending people per percent percentage perl permanently permisions permission permissions permit
phone photo photos php physical pick picture pictures pid pids pieces pile ping pip pipe pipeline pipes place
plain planning please pls plug plugged plus plz png podman point points poke policy pop port ports positional
posix possible postgres postgresql power pr prefer preferences prefix prefixed prefixes present preserve
preserving pretty previous print printable printed printer printers printing prints private problems proccess
proces proceses process processed processes processor processors procs production profile profiles program
programs progress project projects prompt prompting prompts properties property prot protocol protocols
provider prune ps psuh public publish published pull pulled purge push pushed put py pyhton pypi python
quantity queries query quick quickly quit ram ran random range rank raw re reach reachable read readable
ready real really rebase rebasing reboot rebot rebsae recent recently recnet record records recover recursion
recursive recursively recusrive red redirect redirecting redis redo refresh refuses regex registry regular
reject rejected relative relaunch release releases reload relocate remaining remember remote remotely remotes
remount remove removed removes removing remtoe remvoe rename renames renaming renmae reomte repeat repeated
repeating replace replaces replacing repo report reports repos repositories repository request requests
required requirements requires reset resize resolution resolve resolved resource resources respond response
rest restart restarted restarting restarts restore restored restrat resulting results return reverse revert
review reviewer reviewing revision rid right rights rm roll rollback room root rotate rotated round router
routes routing row rows rpm rules run runing running runs safe safely safety same sample save saved saves
saving say saying says scan scheduled scratch screen screenshot script scripts scrolling search second
seconds section sections secure security see seek seems select send sending sent separate separated
separating separator sequence serach servcie server servers service services session sessions set sets
setting settings settle setup seven several sha shall share shared she shebang shell ship short should shove
show showing shows shut shutdown shwo side sign signal signals silently simple since single site sits sitting
six size sizes skip skipping slap slash sleep slow slowest slows sluggish small smaller smallest snapshot
snapshots so socket sockets soft software some somebody somehow someone something somewhere sort sorted
sorting sorts sotp sound source sources space spaces specific specified speed spin spit split splitting spot
spreadsheet square squash squashed squeeze ssd ssh stack stage staged staging stahs stale standard start
started starting starts startup stash stashed stashes stat state static statistics stats status statuses stay
stays stderr stdin stdout step steps stick sticky still stop stopped stopping stops storage store straight
strange strat stream string strings strip structure sttaus stuck stuff style sub subdirectories subdirectory
subfolder subfolders subnet subshell substring successfully such sudo suffix suffixes sum summarise summarize
summary superuser support sure suspect suspend swap sweep switch switched symbol symbolic symlink symlinks
sync syntax syslog system systemctl systemd systems sytem szie tab table tables tabs tag tagged tags tail
take taken takes taking talk talking tally tar tarball target targets task tasks tcp teach team teh tell temp
temperature temporary temps ten terminal terminate terminated test tests text tga tgas than thanks that thats
the their theirs them then there thermal these they thing things think third this those though thousand
thread threads three threshold through throughput throw ticket tidy tiem time timeout timer timers times
timestamp timestamps timezone tiny tip title titles tmp tmux to today together token tokens too took tool top
toss total touch touched touches trace track tracked tracking traffic trailing transfer trash traverse
traversing tree trees true truncate try trying tunnel turn twice two type typed types typo udpate ufw umount
uncommitted uncompress uncompressed undefined under underscore underscores undo unfinished uninstall unique
unit units unix unknown unlock unmerged unmount unpack unpacked unpacking unsigned unstage unstaged untar
until untracked unused unzip up update updated updates upgrade upgraded upload uploads upper uppercase
upstream uptime url urls us usage usb use used useless user username users uses usgae using utility vacant
valid value values variable variables ve venv verbose verify verison version versioned versions versus
vertical via video videos view viewer vim virtual virtualenv visible volume volumes vpn vs waht wait waiting
waits walk wan wanna want wants was wastes watch way wc we web webpage website week weekday weeks well went
were what whats whcih when where wheres whether which while white whitespace whitespaces who whole whom whos
whose why wich wide width wifi wiht wihtout wildcard wildcards will window windows wipe wireless wise with
within without wonder wont word wordpress words work worked workers working works workstation worktree world
worried worth would writable write writes writing written wrod wrong wrote xml yaml yank year years yes
yesterday yet yo you your zero zip zipped zone zsh
`
    .trim()
    .split(/\s+/),
);
